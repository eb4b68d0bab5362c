"""The cases behind a number of the process map: the same lists, the same rules, and which cases meet them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

import pyarrow as pa
import pyarrow.compute as pc

from qualityloop.analysis.engine import Engine
from qualityloop.analysis.engine.literal import text_sql
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.process.conformance import Order, position, repeats
from qualityloop.analysis.process.events import EventLog, attached
from qualityloop.analysis.process.handovers import By, check_who, passings
from qualityloop.analysis.process.mining import check_selection
from qualityloop.analysis.process.model import DeviationKind
from qualityloop.analysis.process.queries import instant_of, moves, path_of, with_cases
from qualityloop.analysis.process.selection import Selection, TicketCondition

NEVER = "1 = 0"


@dataclass(frozen=True, slots=True)
class Subject:
    """A number of the map: "edge" names two activities, "variant" its whole path, "all" none, "handed" whom.

    Every other kind names one activity. "handed" names "team" or "actor", from whom, to whom.
    """

    kind: Literal["all", "edge", "variant", "start", "end", "step", "rework", "handed"] | DeviationKind
    activities: tuple[str, ...]


def cases_behind(
    source: Lake | pa.Table,
    subject: Subject,
    *,
    engine: Engine,
    order: Sequence[str] | None = None,
    start: date | None = None,
    end: date | None = None,
    where: TicketCondition | None = None,
    zone: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> pa.Table:
    """The cases that a number counts, longest first: case, started_at, ended_at, duration_seconds, events, path.

    Of an edge, each passage that it counts, longest waiting first: case, at (UTC, when `source` happened),
    waiting_seconds. Deviations need the `order` that they were counted with.
    """
    with attached(source, engine, zone) as log:
        check_selection(log, where)
        if subject.kind == "handed" and isinstance(source, Lake):
            check_who(source, subject.activities[0])
        selection = Selection(start, end, where)
        page = f" LIMIT {int(limit)} OFFSET {int(offset)}" if limit is not None else f" OFFSET {int(offset)}"
        if not log.activities:
            return _named_cases(_no_cases(), log)
        if subject.kind == "edge":
            return _passages(engine.query(_passages_sql(log, selection, subject) + page))
        return _named_cases(engine.query(_cases_sql(log, selection, subject, Order.given(order, log)) + page), log)


def _no_cases() -> pa.Table:
    fields = [("case", pa.string()), ("first_us", pa.int64()), ("last_us", pa.int64()), ("path", pa.list_(pa.int32()))]
    return pa.schema(fields).empty_table()


def _cases_sql(log: EventLog, selection: Selection, subject: Subject, order: Order) -> str:
    paths = f"SELECT case_id, steps, {path_of(log)} AS path FROM cases"
    placed = f"SELECT case_id, steps, path{order.positions(log)} FROM ({paths}) AS paths"
    first, last = (instant_of(log, end.format("steps")) for end in (log.sql.first, log.sql.last))
    spans = (
        f"SELECT case_id AS {log.sql.column('case')}, {first} AS first_us, {last} AS last_us, path"
        f" FROM ({placed}) AS placed WHERE {_condition(log, subject, order)}"
    )
    return (
        f"{with_cases(log, selection)} SELECT * FROM ({spans}) AS spans"
        f" ORDER BY last_us - first_us DESC, {log.sql.column('case')}"
    )


def _condition(log: EventLog, subject: Subject, order: Order) -> str:
    """SQL over `path` and the positions of `order`: whether the number counts this case."""
    sql, activities = log.sql, subject.activities
    codes = [log.code(activity) for activity in activities]
    if subject.kind == "all":
        return "1 = 1"
    if subject.kind == "handed":
        by, source, target = activities
        met = f"a = {text_sql(source, sql.name)} AND b = {text_sql(target, sql.name)}"
        return f"case_id IN (SELECT ticket_id FROM ({passings(log, cast(By, by))}) AS passings WHERE {met})"
    if None in codes and subject.kind not in ("skipped", "not_reached"):
        return NEVER
    if subject.kind == "variant":
        return f"path = {sql.listed.format(', '.join(map(str, codes)))}"
    if subject.kind in ("start", "end"):
        return f"{(sql.first if subject.kind == 'start' else sql.last).format('path')} = {codes[0]}"
    conditions = {(str(rule.kind), rule.activity): rule.condition for rule in order.rules(log)}
    conditions["step", activities[0]] = f"{position(log, activities[0])} > 0"
    conditions["rework", activities[0]] = repeats(log, activities[0])
    return conditions.get((subject.kind, activities[0]), NEVER)


def _passages_sql(log: EventLog, selection: Selection, subject: Subject) -> str:
    source, target = (log.code(activity) for activity in subject.activities)
    met = NEVER if source is None or target is None else f"source = {source} AND target = {target}"
    at = log.sql.column("at")
    return (
        f"{with_cases(log, selection)} SELECT case_id AS {log.sql.column('case')},"
        f" {instant_of(log, 'this')} AS {at}, waiting FROM ({moves(log, keep=('case_id',))}) AS moves WHERE {met}"
        f" ORDER BY waiting DESC, case_id, {at}"
    )


def _instants(microseconds: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(pc.cast(microseconds, pa.int64()), pa.timestamp("us"))


def _seconds(microseconds: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.divide(pc.cast(microseconds, pa.float64()), 1e6)


def _passages(found: pa.Table) -> pa.Table:
    return pa.table(
        {
            "case": pc.cast(found.column("case"), pa.string()),
            "at": _instants(found.column("at")),
            "waiting_seconds": _seconds(found.column("waiting")),
        }
    )


def _named_cases(found: pa.Table, log: EventLog) -> pa.Table:
    codes = found.column("path").combine_chunks()
    if isinstance(codes, pa.ChunkedArray):
        codes = codes.chunk(0) if codes.num_chunks else pa.array([], pa.list_(pa.int32()))
    names = pa.array(log.activities, pa.string()).take(codes.flatten())
    first, last = found.column("first_us"), found.column("last_us")
    return pa.table(
        {
            "case": pc.cast(found.column("case"), pa.string()),
            "started_at": _instants(first),
            "ended_at": _instants(last),
            "duration_seconds": _seconds(pc.subtract(last, first)),
            "events": pc.cast(pc.list_value_length(codes), pa.int64()),
            "path": pa.ListArray.from_arrays(pc.cast(_offsets(codes), pa.int32()), names),
        }
    )


def _offsets(lists: pa.ListArray) -> pa.Array:
    """Offsets that start at 0, whatever slice of a larger array `lists` is."""
    lengths = pc.list_value_length(lists)
    return pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(pc.cast(lengths, pa.int64()))])
