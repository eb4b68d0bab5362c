"""From what an author wrote to a process map, with every mistake on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

from qualityloop.analysis.authored import Entries, Reading
from qualityloop.analysis.files.yaml_nodes import Spot, unknown_word
from qualityloop.analysis.messages import AnalysisError, Message, message
from qualityloop.analysis.process_map.model import END, Duty, Map, Role, Stage, Step, Way
from qualityloop.analysis.process_map.routes import unreachable, without_end
from qualityloop.analysis.scoring.conditions import parse_condition
from qualityloop.analysis.scoring.sheet import Condition

MAP_FIELDS = ("key", "name", "scope", "note", "roles", "stages")
STAGE_FIELDS = ("key", "name", "purpose", "steps")
STEP_FIELDS = (
    "key", "name", "control", "input", "output", "executor", "duration", "working_time", "raci", "next", "activities",
    "optional", "repeatable", "redundant", "redundant_reason",
)  # fmt: skip
UNITS = {"min": 1, "分钟": 1, "h": 60, "小时": 60, "d": 24 * 60, "天": 24 * 60}
_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,2})?)\s*(min|分钟|h|小时|d|天)")
_LIST = re.compile(r"[,，、;；\n]")


def parse_map(root: Spot, reading: Reading) -> Map:
    """The map as far as it can be read; `reading.faults` says whether it can be used."""
    entries = reading.entries(root, MAP_FIELDS)
    found = _Parser(reading, root, entries).map()
    if not any(True for _ in found.steps()):
        reading.fault(root, message("The map has no steps."), "stages")
    elif not reading.faults:  # routes of a map that cannot be read are no use to anybody
        for text in _route_faults(found):
            reading.fault(entries["stages"], text)
    return found


def _route_faults(found: Map) -> list[Message]:
    faults = [message("No way leads to step “{step}”.", step=found.step(key).name) for key in unreachable(found)]
    faults += [
        message("No way leads from step “{step}” to the end.", step=found.step(key).name) for key in without_end(found)
    ]
    return faults


class _Parser:
    def __init__(self, reading: Reading, root: Spot, entries: Entries) -> None:
        self.reading, self.root, self.entries = reading, root, entries
        self.step_keys = self._step_keys()
        self.seen: set[str] = set()
        self.named: dict[str, str] = {}  # activity of the log → step
        self.roles: tuple[Role, ...] = ()

    def _step_keys(self) -> list[str]:
        """Keys of all steps, known before their ways are read; mistakes are noted later."""
        quiet = Reading()
        return [
            quiet.text(step, quiet.entries(step, STEP_FIELDS), "key")
            for stage in quiet.items(self.root, self.entries, "stages")
            for step in quiet.items(stage, quiet.entries(stage, STAGE_FIELDS), "steps")
        ]

    def map(self) -> Map:
        reading, root, entries = self.reading, self.root, self.entries
        keys: set[str] = set()
        self.roles = tuple(self._role(spot, keys) for spot in reading.items(root, entries, "roles", 20))
        stages: set[str] = set()
        return Map(
            key=reading.key(root, entries, set()),
            name=reading.both(root, entries, "name", required=True),
            scope=self._condition(root, entries),
            note=reading.both(root, entries, "note"),
            roles=self.roles,
            stages=tuple(self._stage(spot, stages) for spot in reading.items(root, entries, "stages", 30)),
        )

    def _condition(self, spot: Spot, entries: Entries) -> Condition:
        try:
            return parse_condition(self.reading.text(spot, entries, "scope"))
        except AnalysisError as error:
            self.reading.fault(entries["scope"], error.text)
            return Condition()

    def _role(self, spot: Spot, keys: set[str]) -> Role:
        entries = self.reading.entries(spot, ("key", "name"))
        name = self.reading.both(spot, entries, "name", required=True)
        return Role(self.reading.key(spot, entries, keys), name)

    def _stage(self, spot: Spot, keys: set[str]) -> Stage:
        reading = self.reading
        entries = reading.entries(spot, STAGE_FIELDS)
        stage = Stage(
            key=reading.key(spot, entries, keys),
            name=reading.both(spot, entries, "name", required=True),
            purpose=reading.both(spot, entries, "purpose"),
            steps=tuple(self._step(step) for step in reading.items(spot, entries, "steps", 60)),
        )
        if not stage.steps:
            reading.fault(spot, message("The stage has no steps."), "steps")
        return stage

    def _step(self, spot: Spot) -> Step:
        reading = self.reading
        entries = reading.entries(spot, STEP_FIELDS)
        key = reading.key(spot, entries, self.seen)
        if key == END:
            reading.fault(entries["key"], message("“end” means the end of the process; choose another key."))
        step = Step(
            key=key,
            name=reading.both(spot, entries, "name", required=True),
            control=reading.both(spot, entries, "control"),
            input=reading.both(spot, entries, "input"),
            output=reading.both(spot, entries, "output"),
            executor=self._known_role(spot, entries, "executor"),
            minutes=self._minutes(spot, entries),
            working_time=reading.flag(spot, entries, "working_time"),
            raci=self._raci(spot, entries),
            ways=self._ways(spot, entries, key),
            activities=self._activities(spot, entries, key),
            optional=reading.flag(spot, entries, "optional"),
            repeatable=reading.flag(spot, entries, "repeatable"),
            redundant=reading.flag(spot, entries, "redundant"),
            redundant_reason=reading.both(spot, entries, "redundant_reason"),
        )
        if step.redundant and not (step.redundant_reason.zh or step.redundant_reason.en):
            reading.fault(spot, message("Say why this step is redundant."), "redundant_reason")
        return step

    def _known_role(self, spot: Spot, entries: Entries, name: str) -> str:
        value = self.reading.text(spot, entries, name)
        known = [role.key for role in self.roles]
        if value and value not in known:
            self.reading.fault(entries[name], _unknown_role(value, known))
            return ""
        return value

    def _minutes(self, spot: Spot, entries: Entries) -> int | None:
        value = self.reading.text(spot, entries, "duration")
        if not value:
            return None
        match = _DURATION.fullmatch(value)
        if match is None:
            self.reading.fault(
                entries["duration"],
                message("“{value}” is no duration; write for example 15 min, 4 h or 2 d.", value=value[:40]),
            )
            return None
        return round(float(match[1]) * UNITS[match[2]])

    def _raci(self, spot: Spot, entries: Entries) -> tuple[tuple[str, Duty], ...]:
        """The duties of a step; exactly one role is accountable, at least one responsible."""
        reading = self.reading
        known = [role.key for role in self.roles]
        found: dict[str, Duty] = {}
        inner = reading.entries(entries["raci"], known) if "raci" in entries else {}
        for role in inner:
            text = reading.text(entries["raci"], inner, role).upper().replace("/", "").replace(" ", "")
            duty = "".join(sorted(text))
            if duty not in ("R", "A", "C", "I", "AR"):
                reading.fault(
                    inner[role], message("R, A, C, I or A/R is expected here, not “{value}”.", value=text[:20])
                )
            else:
                found[role] = cast(Duty, duty)
        where = entries.get("raci", spot)
        missing = "" if "raci" in entries else "raci"
        accountable = [role for role, duty in found.items() if "A" in duty]
        if not accountable:
            reading.fault(where, message("Nobody is accountable (A); exactly one role has to be."), missing)
        elif len(accountable) > 1:
            names = ", ".join(accountable)
            reading.fault(where, message("Exactly one role is accountable (A), not several: {roles}.", roles=names))
        if not any("R" in duty for duty in found.values()):
            reading.fault(where, message("Nobody is responsible (R); at least one role has to be."), missing)
        return tuple((role.key, found[role.key]) for role in self.roles if role.key in found)

    def _ways(self, spot: Spot, entries: Entries, key: str) -> tuple[Way, ...]:
        reading = self.reading
        found: list[Way] = []
        for item in reading.items(spot, entries, "next", 12):
            inner = reading.entries(item, ("to", "when"))
            to = reading.text(item, inner, "to", required=True)
            if not to:
                continue
            if to != END and to not in self.step_keys:
                reading.fault(inner["to"], unknown_word(to[:60], [*filter(None, self.step_keys), END]))
            elif to == key:
                reading.fault(inner["to"], message("A step cannot lead to itself; mark it as repeatable."))
            elif any(way.to == to for way in found):
                reading.fault(inner["to"], message("“{name}” is there twice.", name=to))
            else:
                found.append(Way(to, reading.both(item, inner, "when")))
        return tuple(found)

    def _activities(self, spot: Spot, entries: Entries, key: str) -> tuple[str, ...]:
        names = self._texts(spot, entries, "activities")
        for name in names:
            if self.named.setdefault(name, key) != key:
                self.reading.fault(
                    entries["activities"],
                    message("“{activity}” belongs to step “{step}” already.", activity=name, step=self.named[name]),
                )
        return tuple(dict.fromkeys(names))

    def _texts(self, spot: Spot, entries: Entries, name: str) -> list[str]:
        """A list of texts, or one text with commas."""
        place = entries.get(name)
        if place is None:
            return []
        if not place.is_list:
            return [part.strip() for part in _LIST.split(self.reading.text(spot, entries, name)) if part.strip()]
        texts = (self.reading.text(item, {"": item}, "") for item in self.reading.items(spot, entries, name, 60))
        return [text for text in texts if text]


def _unknown_role(value: str, known: Iterable[str]) -> Message:
    known = tuple(known)
    return unknown_word(value[:60], known) if known else message("The map has no roles; add “{role}”.", role=value[:60])
