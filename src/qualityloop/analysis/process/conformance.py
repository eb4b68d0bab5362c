"""Deviation from a given order of steps: each rule once, as a condition over a case's path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.analysis.process.dialect import Sql
from qualityloop.analysis.process.events import EventLog
from qualityloop.analysis.process.model import DeviationKind


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to deviate at one activity; `condition` is SQL over `path` and the positions f0, f1, …"""

    kind: DeviationKind
    activity: str
    condition: str


@dataclass(frozen=True, slots=True)
class Order:
    """The order in which steps should happen. A step counts by its first occurrence in the case."""

    steps: tuple[str, ...]

    @classmethod
    def given(cls, order: Sequence[str] | None, log: EventLog) -> Order:
        """The order that was asked for; AnalysisError where it cannot be meant for this log."""
        steps = tuple(order or ())
        doubled = sorted({step for step in steps if steps.count(step) > 1})
        if doubled:
            raise AnalysisError(message("the order names a step twice: {steps}", steps=", ".join(doubled)))
        if steps and log.activities and not set(steps) & set(log.activities):
            known = ", ".join(log.activities[:12])
            raise AnalysisError(
                message("no step of the order occurs in the log; it has: {activities}", activities=known)
            )
        return cls(steps)

    def positions(self, log: EventLog) -> str:
        """Columns f0, f1, …: where each step of the order first stands in `path`, 0 where it does not."""
        return "".join(f", {position(log, step)} AS f{i}" for i, step in enumerate(self.steps))

    def rules(self, log: EventLog) -> list[Rule]:
        """Every possible deviation; docs/PROCESS.md says the same in words."""
        found = []
        for i, step in enumerate(self.steps):
            later = [f"f{j}" for j in range(i + 1, len(self.steps))]
            reached = " OR ".join(f"{f} > 0" for f in later) or "1 = 0"
            overtaken = " OR ".join(f"({f} > 0 AND {f} < f{i})" for f in later) or "1 = 0"
            found += [
                Rule("skipped", step, f"f{i} = 0 AND ({reached})"),
                Rule("not_reached", step, f"f{i} = 0 AND NOT ({reached})"),
                Rule("out_of_order", step, f"f{i} > 0 AND ({overtaken})"),
                Rule("repeated", step, repeats(log, step)),
            ]
        others = [activity for activity in log.activities if activity not in self.steps]
        return found + [Rule("unexpected", activity, f"{position(log, activity)} > 0") for activity in others]


def position(log: EventLog, activity: str) -> str:
    """Where `activity` first stands in `path`, counted from 1; 0 where it does not."""
    code = log.code(activity)
    return "0" if code is None else _position(log.sql, "path", code)


def repeats(log: EventLog, activity: str) -> str:
    """Whether `activity` stands more than once in `path`."""
    code = log.code(activity)
    if code is None:
        return "1 = 0"
    first = _position(log.sql, "path", code)
    after = log.sql.rest.format("path", f"{first} + 1")
    return f"{first} > 0 AND {_position(log.sql, after, code)} > 0"


def _position(sql: Sql, path: str, code: int) -> str:
    return sql.position.format(path, code)
