"""A number of the diagnosis as a problem: what it says, its grade by the rule, and the evidence for both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Group, Value
from qualityloop.analysis.problems.candidates import from_series
from qualityloop.analysis.problems.grading import grade
from qualityloop.analysis.problems.problem import Problem as Weakness
from qualityloop.analysis.problems.ranking import periods_missed, shortfall, signals_bad
from qualityloop.analysis.problems.wording import group_label
from qualityloop.diagnosis import services
from qualityloop.diagnosis.choices import PEOPLE, group_parameters
from qualityloop.diagnosis.codec import to_problem, to_value
from qualityloop.diagnosis.views.asked import Asked
from qualityloop.improvement.evidence.measuring import number_piece
from qualityloop.improvement.problems.services import Found


@dataclass(frozen=True, slots=True)
class Turned:
    """What a number says about a problem. `grade` is empty where no rule grades it: then a person does."""

    found: Found
    title: str
    what: str
    grade: str
    grade_reason: str
    grade_facts: dict[str, Any]
    evidence: list[dict[str, Any]] = field(default_factory=list)


def turned(ask: Asked, key: str, group: Group) -> Turned:
    """The number of an indicator and a group in the period asked for; Http404 where there is no such indicator."""
    indicator = ask.indicator(key)
    answer = services.overview(ask.lake, ask.choice)
    problems = [to_problem(item) for item in answer["problems"]]
    weakness = next((p for p in problems if p.indicator == key and p.group == group), None)
    columns = tuple(column for column, _value in group)
    whole = [to_value(item) for item in services.values(ask.lake, ask.choice, key, columns)["values"]]
    series = sorted((v for v in whole if v.group == group), key=lambda v: v.period)
    name = ask.speaker.say(indicator.name)
    if group:
        name += f" · {group_label(group, indicator.dataset, ask.language)}"
    if weakness is not None:
        return _of_weakness(ask, indicator, weakness, name)
    return _of_value(ask, indicator, group, series, name)


def _of_weakness(ask: Asked, indicator: Indicator, one: Weakness, name: str) -> Turned:
    """A problem that the diagnosis has found: graded there, with its drivers."""
    say = ask.speaker
    found = _found(ask, indicator, one.group, one.period, one.value, one.target)
    facts = {
        "distance": one.ranking.distance, "certainty": one.ranking.certainty, "affected": one.affected,
        "missed_in_a_row": one.months_missed, "signal": one.signal, "p": one.ranking.p, "q": one.ranking.q,
        "rank": one.rank, "by": "rule",
    }  # fmt: skip
    shown = say.problem(one)
    measured = {"value": one.value, "n": one.n, "low": one.low, "high": one.high}
    evidence = [_number(ask, indicator, one.group, measured, url=shown.url)]
    if shown.rows_url:
        evidence.append({"kind": "rows", "title": _("Rows behind {name}").format(name=name), "url": shown.rows_url})
    for driver, said in zip((d for d in one.drivers if ask.sees_rows or not PEOPLE & set(d.by)), shown.drivers,
                            strict=False):  # fmt: skip
        title = _("{name}: {share} of the gap").format(name=said.name, share=said.share_text)
        url = said.rows_url or say.indicator_url(indicator.key, g=group_parameters(one.group + driver.group))
        evidence.append({"kind": "rows", "title": title, "note": " · ".join(filter(None, (said.value, said.rows))),
                         "url": url})  # fmt: skip
    evidence.append(_why(shown.grade_word, shown.reason, shown.formula))
    return Turned(found, _title(ask, indicator, name), shown.sentence, one.grade, shown.reason, facts, evidence)


def _of_value(ask: Asked, indicator: Indicator, group: Group, series: list[Value], name: str) -> Turned:
    """Any other number: graded by the same rule where it misses its target, else by a person."""
    now = next((v for v in series if v.period == ask.choice.period), None)
    value = now.value if now else None
    found = _found(ask, indicator, group, ask.choice.period, value, indicator.target)
    evidence: list[dict[str, Any]] = []
    if now is not None and value is not None:
        measured = {"value": value, "n": now.n, "low": now.low, "high": now.high}
        url = ask.speaker.indicator_url(indicator.key, g=group_parameters(group) or None)
        evidence.append(_number(ask, indicator, group, measured, url=url))
        if rows := ask.speaker.rows_url(indicator, now):
            evidence.append({"kind": "rows", "title": _("Rows behind {name}").format(name=name), "url": rows})
    candidate = from_series(indicator, series, ask.choice.period, ask.choice.grain)
    if candidate is None or candidate.distance <= 0:
        return Turned(found, _title(ask, indicator, name), "", "", "", {"by": "person"}, evidence)
    missed = periods_missed(candidate.history, candidate.target, indicator.better)
    graded, reason = grade(
        indicator.kind, distance=candidate.distance, signal_bad=signals_bad(candidate.signal, indicator.better),
        missed_in_a_row=missed, overall_met=bool(group) and _whole_met(ask, indicator),
    )  # fmt: skip
    facts = {"distance": candidate.distance, "missed_in_a_row": missed, "signal": candidate.signal, "p": candidate.p,
             "by": "rule"}  # fmt: skip
    said = ask.speaker.say(reason)
    evidence.append(_why(graded, said, ngettext("missed in {n} period", "missed in {n} periods in a row", missed)
                         .format(n=missed)))  # fmt: skip
    return Turned(found, _title(ask, indicator, name), "", graded, said, facts, evidence)


def _whole_met(ask: Asked, indicator: Indicator) -> bool:
    """Whether everything together meets the target in the period."""
    answer = services.values(ask.lake, ask.choice, indicator.key, ())
    now = next((v for v in map(to_value, answer["values"]) if v.period == ask.choice.period and not v.group), None)
    if now is None or now.value is None or indicator.target is None:
        return False
    return shortfall(now.value, indicator.target, indicator.better) <= 0


def _found(ask: Asked, indicator: Indicator, group: Group, period: Any, value: Any, target: Any) -> Found:  # noqa: PLR0917
    url = ask.speaker.indicator_url(indicator.key, g=group_parameters(group) or None)
    return Found(
        source_kind="diagnosis", source_ref=indicator.key, source_url=url, indicator=indicator.key, group=group,
        period=period, grain=ask.choice.grain, value=value, target=target, standard=ask.choice.standard.key,
        standard_version=_number_of(ask.choice.standard.version), snapshot=ask.lake.snapshot,
    )  # fmt: skip


def _number(ask: Asked, indicator: Indicator, group: Group, measured: dict[str, Any], *, url: str) -> dict[str, Any]:
    return number_piece(ask.lake, ask.choice, indicator, group, measured, language=ask.language, url=url)


def _why(word: str, reason: str, more: str) -> dict[str, Any]:
    return {"kind": "remark", "title": _("Why this grade: {reason}").format(reason=reason), "note": f"{word} · {more}"}


def _title(ask: Asked, indicator: Indicator, name: str) -> str:
    if indicator.target is None:
        return name
    return _("{name} misses its target").format(name=name)


def _number_of(version: str) -> int | None:
    return int(version) if version.isascii() and version.isdigit() and len(version) < 18 else None
