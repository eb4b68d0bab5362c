"""What a policy would have meant for last month's tickets: how many late by it, beside the one in force.

Counted for all tickets at once (`WorkingCalendar.working_seconds`); the same arithmetic as the clock of one ticket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from qualityloop.analysis.calendar import WorkingCalendar
from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.engine.literal import text_sql
from qualityloop.analysis.indicators.evaluate.periods import last_day
from qualityloop.analysis.lake import Lake
from qualityloop.standards.sla.policy import CONDITIONS, Policy

MEMORY_LIMIT = "1GB"
Instants = npt.NDArray[np.datetime64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tickets:
    """Tickets of one month, and the stretches between neighbouring events of theirs that follow an activity."""

    ids: tuple[str, ...]
    facts: tuple[dict[str, str | None], ...]
    created: Instants
    responded: Instants
    resolved: Instants
    until: np.datetime64  # where the records end: what is still open is judged there
    steps: tuple[tuple[int, str, Any, Any], ...]  # ticket's place, activity, from, to (None: still going on)


@dataclass(frozen=True, slots=True)
class Late:
    """By rule and ticket; -1 where no rule holds."""

    rule: npt.NDArray[np.int64]
    response: Flags
    resolution: Flags


@dataclass(frozen=True, slots=True)
class Counted:
    """Tickets under one rule, and how many of them late."""

    key: str
    n: int
    response: int
    resolution: int


def tickets_of(lake: Lake, month: date, activities: Sequence[str]) -> Tickets:
    """Tickets created in the month of the lake's clock, with the stretches that follow any of `activities`."""
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        dataset = lake.datasets["tickets"]
        engine.attach("tickets", dataset.files)
        names = ("first_response_at", "resolved_at", *CONDITIONS)
        columns = [name if name in dataset.columns else f"NULL AS {name}" for name in names]
        inside = f"created_at_day BETWEEN DATE '{month.isoformat()}' AND DATE '{last_day(month, 'month').isoformat()}'"
        table = engine.query(
            f"SELECT ticket_id, created_at, {', '.join(columns)} FROM tickets WHERE {inside} ORDER BY ticket_id"
        )
        last = "greatest(created_at, resolved_at)" if "resolved_at" in dataset.columns else "created_at"
        newest = engine.query(f"SELECT max({last}) AS newest FROM tickets").column("newest")
        ids = [str(value) for value in table.column("ticket_id").to_pylist()]
        steps = _steps(engine, lake, activities, inside, {ticket: place for place, ticket in enumerate(ids)})
    facts = [table.column(name).to_pylist() for name in CONDITIONS]
    return Tickets(
        tuple(ids),
        tuple(dict(zip(CONDITIONS, values, strict=True)) for values in zip(*facts, strict=True)),
        _instants(table, "created_at"),
        _instants(table, "first_response_at"),
        _instants(table, "resolved_at"),
        np.datetime64(newest[0].as_py() or "1970-01-01", "us"),
        steps,
    )


def _steps(
    engine: Any, lake: Lake, activities: Sequence[str], inside: str, places: dict[str, int]
) -> tuple[tuple[int, str, Any, Any], ...]:
    if not activities or "ticket_events" not in lake.datasets:
        return ()
    engine.attach("ticket_events", lake.datasets["ticket_events"].files)
    wanted = ", ".join(text_sql(a, "duckdb") for a in activities)
    found = engine.query(
        'SELECT * FROM (SELECT e.ticket_id, e.activity, e."at", lead(e."at") OVER (PARTITION BY e.ticket_id'
        f' ORDER BY e."at", e.seq) AS until FROM ticket_events e JOIN tickets t USING (ticket_id) WHERE t.{inside})'
        f' WHERE activity IN ({wanted}) ORDER BY ticket_id, "at"'
    )
    rows = found.to_pylist()
    return tuple((places[str(r["ticket_id"])], str(r["activity"]), r["at"], r["until"]) for r in rows)


def _instants(table: pa.Table, name: str) -> Instants:
    values = [np.datetime64("NaT") if v is None else np.datetime64(v, "us") for v in table.column(name).to_pylist()]
    return np.array(values, dtype="datetime64[us]")


def late(found: Tickets, policy: Policy, calendar: WorkingCalendar) -> Late:
    """Which tickets answered or resolved too late, or are not yet and past their target when the records end."""
    places = {rule.key: place for place, rule in enumerate(policy.rules)}
    chosen: dict[tuple[str | None, ...], int] = {}
    rule = np.full(len(found.ids), -1, dtype=np.int64)
    for at, facts in enumerate(found.facts):
        kind = tuple(facts[name] for name in CONDITIONS)
        if kind not in chosen:
            held = policy.rule_for(facts)
            chosen[kind] = places[held.key] if held else -1
        rule[at] = chosen[kind]
    limits = np.array([[r.response or np.nan, r.resolution or np.nan] for r in policy.rules] + [[np.nan] * 2]) * 60
    response = _used(found, found.responded, calendar) > limits[rule, 0]
    resolution = _used(found, found.resolved, calendar) - _paused(found, policy, calendar) > limits[rule, 1]
    return Late(rule, response, resolution)


def _ends(found: Tickets, ends: Instants) -> Instants:
    stopped = np.where(np.isnat(ends), found.until, ends).astype("datetime64[us]")
    ended: Instants = np.maximum(stopped, found.created)
    return ended


def _used(found: Tickets, ends: Instants, calendar: WorkingCalendar) -> npt.NDArray[np.float64]:
    if not found.ids:
        return np.zeros(0)
    return calendar.working_seconds(found.created, _ends(found, ends))


def _paused(found: Tickets, policy: Policy, calendar: WorkingCalendar) -> npt.NDArray[np.float64]:
    """Working seconds that the pauses of each ticket cost before it was resolved."""
    cost = np.zeros(len(found.ids))
    steps = [step for step in found.steps if step[1] in policy.pauses]
    if not steps:
        return cost
    place = np.array([step[0] for step in steps])
    ends = _ends(found, found.resolved)[place]
    starts = np.maximum(np.array([step[2] for step in steps], dtype="datetime64[us]"), found.created[place])
    until = np.array([step[3] or found.until for step in steps], dtype="datetime64[us]")
    until = np.maximum(np.minimum(until, ends), starts)
    starts = np.minimum(starts, until)
    np.add.at(cost, place, calendar.working_seconds(starts, until))
    return cost


def counted(found: Tickets, policy: Policy, judged: Late) -> tuple[Counted, ...]:
    """Tickets and late ones by rule; those without a rule last, where there are any."""
    lines = []
    for place, key in [*enumerate(rule.key for rule in policy.rules), (-1, "")]:
        mine = judged.rule == place
        if key or mine.any():
            sums = (int(mine.sum()), int((mine & judged.response).sum()), int((mine & judged.resolution).sum()))
            lines.append(Counted(key, *sums))
    return tuple(lines)
