"""From the look of a table's columns to a proposed mapping."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qualityloop.analysis.datasets import DATASETS, Column, Dataset

from .headers import HINTS, closeness, plain
from .mapping import ColumnRule, EventLog, TableRule, Take
from .profile import Profile
from .source import ReadOptions

_ID = re.compile(r"id$|#|key|编号|单号|^no$|number|号$", re.IGNORECASE)
_RESOLVING = re.compile(r"resolv|solve|解决|维修完成|处理完成", re.IGNORECASE)
_CLOSING = re.compile(r"^clos|关闭|结单|办结|归档|^complete", re.IGNORECASE)
_LABELS_USED = 60
_NEVER = -100.0
_MISSING, _GUESSED = 4.0, 2.0  # a required column that is not there weighs more than one whose name says nothing


@dataclass(frozen=True, slots=True)
class Proposal:
    """A dataset that a file seems to hold: which of its columns fill which of ours."""

    dataset: Dataset
    matched: dict[str, tuple[str, ...]]
    score: float
    missing: tuple[str, ...]


def fits(column: Column, profile: Profile, key: bool) -> bool:
    """Whether the values of a file's column can be those of ours; half of them are enough where they are required."""
    if not profile.filled:
        return False
    if column.type in {"instant", "date"}:
        return profile.is_instant or (column.required and bool(profile.partly))
    if column.type in {"integer", "number"}:
        return profile.numbers >= (0.5 if column.required else 0.9) and not profile.is_instant
    if column.type == "boolean":
        return profile.booleans >= 0.9 and profile.distinct <= 4
    if profile.is_instant or profile.time_only:
        return False
    return not key or profile.uniqueness >= 0.9


def match(dataset: Dataset, profiles: Sequence[Profile], file: str) -> Proposal:
    """The best one-to-one assignment of a file's columns to the dataset's, greedily by how well the names fit."""
    log = len(dataset.key) > 1
    pairs: list[tuple[float, int, str, Profile]] = []
    for order, column in enumerate(dataset.columns):
        for profile in profiles:
            near = closeness(profile.name, column.name)
            if near and fits(column, profile, key=column.name in dataset.key and not log):
                pairs.append((near, -order, column.name, profile))
    matched: dict[str, tuple[str, ...]] = {}
    used: set[str] = set()
    score = 0.0
    for near, _, target, profile in sorted(pairs, key=lambda pair: pair[:2], reverse=True):
        if target not in matched and profile.name not in used:
            matched[target] = (profile.name,)
            used.add(profile.name)
            score += near
    named = len(matched)
    _fall_back(dataset, profiles, matched, used)
    score -= _GUESSED * (len(matched) - named)
    missing = tuple(c.name for c in dataset.columns if c.required and c.name not in matched and c.name != "seq")
    stem = file.lower()
    score += sum(3.0 for word in HINTS[dataset.name] if word in stem)
    heads = " ".join(profile.name.lower() for profile in profiles)
    score += sum(1.0 for word in HINTS[dataset.name] if word in heads)
    if log:
        score += _log_score(dataset, matched, profiles)
    return Proposal(dataset, matched, score - _MISSING * len(missing), missing)


def _log_score(dataset: Dataset, matched: MappingOf[str, tuple[str, ...]], profiles: Sequence[Profile]) -> float:
    """A log repeats its key in many rows; a table that does not is none."""
    key = matched.get(dataset.key[0])
    by_name = {profile.name: profile for profile in profiles}
    if key is None or by_name[key[0]].uniqueness > 0.8:
        return _NEVER
    return 4.0 if dataset.name != "ticket_events" or "activity" in matched else 0.0


def _fall_back(
    dataset: Dataset, profiles: Sequence[Profile], matched: dict[str, tuple[str, ...]], used: set[str]
) -> None:
    """Required columns whose names say nothing: the first instant, the first column that identifies its rows."""
    if dataset.instant not in matched:
        instants = [profile.name for profile in profiles if profile.is_instant and profile.name not in used]
        if instants:
            matched[dataset.instant] = (instants[0],)
            used.add(instants[0])
    if len(dataset.key) == 1 and dataset.key[0] not in matched:
        keys = [
            p
            for p in profiles
            if p.uniqueness >= 0.98 and p.name not in used and not p.is_instant and _ID.search(p.name)
        ]
        if keys:
            matched[dataset.key[0]] = (keys[0].name,)
            used.add(keys[0].name)


def best_proposal(profiles: Sequence[Profile], file: str) -> Proposal:
    """The dataset that a file most probably holds, judged by the names of its columns before their contents."""
    proposals = [match(dataset, profiles, file) for dataset in DATASETS.values()]
    return max(proposals, key=lambda proposal: proposal.score)


def table_rule(proposal: Proposal, profiles: Sequence[Profile], file: str, read: ReadOptions) -> TableRule:
    """The proposal as a table of the mapping."""
    by_name = {profile.name: profile for profile in profiles}
    rules = []
    for column in proposal.dataset.columns:
        if column.name in proposal.matched:
            rules.append(column_rule(column, proposal.matched[column.name], by_name))
        elif column.name == "seq":
            rules.append(ColumnRule("seq", numbered=True))
    return TableRule(proposal.dataset.name, (file,), tuple(rules), read)


def column_rule(column: Column, sources: tuple[str, ...], profiles: MappingOf[str, Profile]) -> ColumnRule:
    """How a column is read, judging by its profile; a date finds the column with its time of day."""
    if column.type not in {"instant", "date"}:
        return ColumnRule(column.name, sources)
    formats = profiles[sources[0]].formats or profiles[sources[0]].partly
    if column.type == "instant" and formats and not re.search("%H|%I|iso|epoch|excel", formats[0]):
        clock = next((p for p in profiles.values() if p.time_only and plain(p.name) in {"time", "时间"}), None)
        if clock is not None and clock.time_only:
            return ColumnRule(
                column.name, (*sources, clock.name), formats=tuple(f"{f} {clock.time_only}" for f in formats)
            )
    return ColumnRule(column.name, sources, formats=formats if formats != ("iso",) else ())


def tickets_from_log(log: TableRule, profiles: Sequence[Profile], activities: Sequence[str]) -> TableRule:
    """One ticket per case of a log: opened by its first event, solved by its last or by the event that says so."""
    source = {rule.target: rule for rule in log.columns}
    case, activity = source["ticket_id"].sources[0], source["activity"].sources[0]
    solving = tuple(label for label in activities[:_LABELS_USED] if _RESOLVING.search(label))
    closing = tuple(label for label in activities[:_LABELS_USED] if _CLOSING.search(label))
    used = {name for rule in log.columns for name in rule.sources}
    rules = [
        ColumnRule("ticket_id", take=Take("first", of=case)),
        ColumnRule("created_at", take=Take("first")),
        ColumnRule("resolved_at", take=Take("last", activity=solving or closing)),
    ]
    if closing:
        rules.append(ColumnRule("closed_at", take=Take("last", activity=closing)))
        rules.append(ColumnRule("reopened", take=Take("repeats", activity=closing)))
    if "actor" in source:
        rules.append(ColumnRule("reassigned", take=Take("changes", of=source["actor"].sources[0])))
        rules.append(ColumnRule("agent", take=Take("last", of=source["actor"].sources[0])))
    if "team" in source:
        rules.append(ColumnRule("team", take=Take("last", of=source["team"].sources[0])))
    filled = {rule.target for rule in rules}
    free = [profile for profile in profiles if profile.name not in used]
    for target, names in match(DATASETS["tickets"], free, "").matched.items():
        column = DATASETS["tickets"].column(target)
        if target not in filled and isinstance(column, Column) and column.type in {"text", "instant"}:
            rule = column_rule(column, names, {p.name: p for p in profiles})
            rules.append(replace(rule, sources=(), take=Take("last", of=names[0])))
    time = replace(source["at"], target="at")
    return TableRule(
        "tickets", log.files, tuple(rules), log.read, log.only, log.excluding, events=EventLog(case, activity, time)
    )
