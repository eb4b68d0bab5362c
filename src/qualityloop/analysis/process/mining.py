"""`mine`: from an event log to the map of the process, on whichever engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from qualityloop.analysis.engine import Engine
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.analysis.process.conformance import Order
from qualityloop.analysis.process.events import EventLog, attached
from qualityloop.analysis.process.model import (
    NONE_MEASURED,
    Deviation,
    Durations,
    Edge,
    ProcessMap,
    Rework,
    Step,
    Variant,
)
from qualityloop.analysis.process.queries import map_sql
from qualityloop.analysis.process.selection import Selection, TicketCondition

Progress = Callable[[int, int], None]
Rows = dict[str, list[dict[str, Any]]]


def mine(
    source: Lake | pa.Table,
    *,
    engine: Engine,
    order: Sequence[str] | None = None,
    start: date | None = None,
    end: date | None = None,
    where: TicketCondition | None = None,
    variants: int | None = None,
    zone: str | None = None,
    progress: Progress | None = None,
) -> ProcessMap:
    """The process map of a lake's ticket_events, or of a table with columns case, activity, at, seq.

    `order` is the order in which steps should happen; `start`..`end` (local days, inclusive) choose cases by their
    first event, `where` by their ticket; `variants` keeps only that many, the most frequent.
    """
    report = progress or (lambda done, of: None)
    report(0, 2)
    with attached(source, engine, zone) as log:
        report(1, 2)
        check_selection(log, where)
        steps = Order.given(order, log)
        found = map_rows(engine, log, Selection(start, end, where), steps, variants)
    report(2, 2)
    return found


def check_selection(log: EventLog, where: TicketCondition | None) -> None:
    """AnalysisError where cases are to be chosen by tickets that are not there."""
    if where is not None and not log.tickets:
        raise AnalysisError(message("cases can be chosen by their ticket only where the lake holds tickets"))


def map_rows(engine: Engine, log: EventLog, selection: Selection, order: Order, variants: int | None) -> ProcessMap:
    """Run the one statement and give its rows their names."""
    parts: Rows = defaultdict(list)
    if log.activities:
        for row in engine.query(map_sql(log, selection, order, variants)).to_pylist():
            parts[row["part"]].append(row)
    names = log.activities
    blank: dict[str, Any] = {"n": None, "total": None, "quantiles": [0.0]}
    whole = parts["log"][0] if parts["log"] else blank
    cases = int(whole["n"] or 0)
    deviations, conforming = _deviations(parts, log, order, cases)
    return ProcessMap(
        snapshot=log.snapshot,
        cases=cases,
        events=int(whole["total"] or 0),
        start=_tally(parts["start"], names),
        end=_tally(parts["end"], names),
        edges=_edges([row for row in parts["waiting"] if row["b"] is not None], names),
        variants=_variants(parts["variant"], names),
        variant_count=int(whole["quantiles"][0]),
        rework=_rework(parts["rework"], names),
        steps=_steps(parts, names),
        order=order.steps,
        deviations=deviations,
        conforming=conforming,
        left_out={"incomplete": log.incomplete, "lifecycle": log.states},
    )


def _tally(rows: list[dict[str, Any]], names: Sequence[str]) -> dict[str, int]:
    ranked = sorted(rows, key=lambda row: (-row["n"], row["a"]))
    return {names[row["a"]]: int(row["n"]) for row in ranked}


def durations(row: dict[str, Any]) -> Durations:
    """Microseconds of a result row as seconds."""
    median, p90 = row["quantiles"]
    return Durations(int(row["n"]), row["total"] / 1e6, median / 1e6, p90 / 1e6)


def _edges(rows: list[dict[str, Any]], names: Sequence[str]) -> tuple[Edge, ...]:
    ranked = sorted(rows, key=lambda row: (-row["n"], row["a"], row["b"]))
    return tuple(Edge(names[row["a"]], names[row["b"]], durations(row)) for row in ranked)


def _variants(rows: list[dict[str, Any]], names: Sequence[str]) -> tuple[Variant, ...]:
    ranked = sorted(rows, key=lambda row: (-row["n"], row["path"]))
    return tuple(Variant(tuple(names[code] for code in row["path"]), int(row["n"])) for row in ranked)


def _rework(rows: list[dict[str, Any]], names: Sequence[str]) -> tuple[Rework, ...]:
    ranked = sorted(rows, key=lambda row: (-row["n"], row["a"]))
    return tuple(Rework(names[row["a"]], int(row["n"]), int(row["total"])) for row in ranked)


def _steps(parts: Rows, names: Sequence[str]) -> tuple[Step, ...]:
    handling = {row["a"]: durations(row) for row in parts["handling"]}
    waiting = {row["a"]: durations(row) for row in parts["waiting"] if row["b"] is None}
    return tuple(
        Step(
            names[row["a"]],
            int(row["total"]),
            int(row["n"]),
            handling.get(row["a"], NONE_MEASURED),
            waiting.get(row["a"], NONE_MEASURED),
        )
        for row in sorted(parts["step"], key=lambda row: (-row["total"], row["a"]))
    )


def _deviations(parts: Rows, log: EventLog, order: Order, cases: int) -> tuple[tuple[Deviation, ...], int | None]:
    if not parts["deviation"]:
        return (), (0 if order.steps else None)
    *counts, conforming = (int(count) for count in parts["deviation"][0]["quantiles"])
    found = [
        Deviation(rule.kind, rule.activity, count, count / cases)
        for rule, count in zip(order.rules(log), counts, strict=True)
        if count
    ]
    return tuple(sorted(found, key=lambda d: -d.cases)), conforming
