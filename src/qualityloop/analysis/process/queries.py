"""The SQL of process mining: one ordered list per case, and everything else counted from those lists.

Sorting inside a list per case is several times faster than window functions over the whole log, and paths that
many cases share are counted once, as a variant.
"""

from __future__ import annotations

from qualityloop.analysis.process.conformance import Order
from qualityloop.analysis.process.events import EVENTS, STATES, TICKETS, EventLog, complete
from qualityloop.analysis.process.selection import Selection


def with_cases(log: EventLog, selection: Selection) -> str:
    """The WITH clause whose `cases` holds per case its `steps` in order: packed numbers, or structs (t, k, c[, h])."""
    names = f"SELECT DISTINCT activity FROM {EVENTS} WHERE {complete(log.sql)}"
    codes = f"SELECT activity, row_number() OVER (ORDER BY activity) - 1 AS code FROM ({names}) AS names"
    lists = f"SELECT case_id, {log.sql.collect.format(_step(log))} AS steps FROM events GROUP BY case_id"
    cases = f"SELECT case_id, steps FROM ({lists}) AS lists{_days(log, selection)}"
    return f"WITH codes AS ({codes}), events AS ({_events(log, selection)}), {log.sql.kept.format('cases', cases)}"


def _events(log: EventLog, selection: Selection) -> str:
    """Rows of (case_id, t, k, c[, h]): instant and sequence counted from the first, code, handling."""
    measured = ", rows.h" if log.measured else ""
    chosen = ""
    if selection.where is not None:
        condition = selection.where.sql(log.sql.name)
        chosen = f" WHERE rows.case_id IN (SELECT ticket_id FROM {TICKETS} WHERE {condition})"
    instant = log.sql.whole.format(f"(rows.us - {log.first})", log.unit)
    return (
        f"SELECT rows.case_id, {instant} AS t, rows.seq - {log.first_seq} AS k, CAST(codes.code AS INTEGER) AS c"
        f"{measured} FROM ({_rows(log)}) AS rows JOIN codes ON rows.activity = codes.activity{chosen}"
    )


def _rows(log: EventLog) -> str:
    """Complete rows of (case_id, us, seq, activity[, h])."""
    at = log.sql.column("at")
    us = log.sql.microseconds.format(at)
    columns = f"ticket_id AS case_id, {us} AS us, coalesce(seq, 0) AS seq, activity"
    if log.measured == "ended_at":
        handling = f"{log.sql.microseconds.format('ended_at')} - {us}"
        columns += f", CASE WHEN ended_at >= {at} THEN {handling} ELSE -1 END AS h"
    elif log.measured == "lifecycle":
        return _folded(
            f"SELECT {columns}, coalesce(lower(lifecycle), '') AS phase FROM {EVENTS} WHERE {complete(log.sql)}"
        )
    return f"SELECT {columns} FROM {EVENTS} WHERE {complete(log.sql)}"


def _folded(rows: str) -> str:
    """A start and the complete that follows it, of one activity in one case, become one step with its handling."""
    own = "PARTITION BY case_id, activity, phase IN ('start', 'complete') ORDER BY us, seq"
    states = ", ".join(f"'{state}'" for state in STATES)
    return (
        "SELECT case_id, us, seq, activity,"
        " CASE WHEN phase = 'start' AND following = 'complete' THEN until - us ELSE -1 END AS h"
        f" FROM (SELECT *, lag(phase) OVER own AS preceding, lead(phase) OVER own AS following,"
        f" lead(us) OVER own AS until FROM ({rows}) AS phases WINDOW own AS ({own})) AS neighbours"
        f" WHERE NOT (phase = 'complete' AND coalesce(preceding, '') = 'start') AND phase NOT IN ({states})"
    )


def _step(log: EventLog) -> str:
    """What sorts the events of a case: instant, then sequence, then (only if both tie) the activity's code."""
    if log.packs:
        return f"(t * {log.seq_span} + k) * {len(log.activities)} + c"
    fields = {name: name for name in ("t", "k", "c")}
    return log.sql.record(fields | {"h": "h"} if log.measured else fields)


def code_of(log: EventLog, step: str) -> str:
    """The activity's code of an element of `steps`."""
    return f"CAST({step} % {len(log.activities)} AS INTEGER)" if log.packs else f"{step}.c"


def _instant_of(log: EventLog, step: str) -> str:
    """The instant of an element of `steps`, in the log's unit from its first instant."""
    return log.sql.whole.format(step, len(log.activities) * log.seq_span) if log.packs else f"{step}.t"


def path_of(log: EventLog) -> str:
    """The list `steps` as codes of activities."""
    return log.sql.each.format("steps", code_of(log, "x"))


def instant_of(log: EventLog, step: str) -> str:
    """The instant of an element of `steps` as microseconds since 1970."""
    return f"({_instant_of(log, step)} * {log.unit} + {log.first})"


def _days(log: EventLog, selection: Selection) -> str:
    first = instant_of(log, log.sql.first.format("steps"))
    low, high = selection.bounds(log.zone)
    conditions = []
    if low is not None:
        conditions.append(f"{first} >= {low}")
    if high is not None:
        conditions.append(f"{first} < {high}")
    return " WHERE " + " AND ".join(conditions) if conditions else ""


def moves(log: EventLog, keep: tuple[str, ...] = ()) -> str:
    """One row per passage from one event of a case to the next: `source`, `target`, `waiting` (microseconds), `this`.

    Waiting runs from the end of an event, or its instant where it has no end, to the next; never below zero.
    """
    sql = log.sql
    pairs = sql.exploded("cases", {"this": "steps", "following": sql.rest.format("steps", 2)}, keep)
    waiting = f"({_instant_of(log, 'following')} - {_instant_of(log, 'this')}) * {log.unit}"
    if log.measured:
        waiting = f"greatest({waiting} - greatest(this.h, 0), 0)"
    kept = "".join(f"{name}, " for name in keep)
    return (
        f"SELECT {kept}{code_of(log, 'this')} AS source, {code_of(log, 'following')} AS target, {waiting} AS waiting,"
        f" this FROM ({pairs}) AS pairs WHERE following IS NOT NULL"
    )


def map_sql(log: EventLog, selection: Selection, order: Order, variants: int | None) -> str:
    """One statement that answers everything: rows of (part, path, a, b, n, total, quantiles)."""
    sql = log.sql
    counted = f"SELECT path, count(*) AS n FROM (SELECT {path_of(log)} AS path FROM cases) AS paths GROUP BY path"
    counted = sql.kept.format("variants", counted)
    shown = "SELECT path, n FROM variants"
    if variants is not None:
        shown += f" ORDER BY n DESC, path LIMIT {int(variants)}"
    length = sql.length.format("path")
    parts = [
        f"SELECT 'variant' AS part, path, {_blank('INTEGER')} AS a, {_blank('INTEGER')} AS b, n,"
        f" {_blank('DOUBLE')} AS total, {sql.listed.format(_blank('DOUBLE'))} AS quantiles FROM ({shown}) AS shown",
        f"SELECT 'log', NULL, NULL, NULL, sum(n), CAST(sum(n * {length}) AS DOUBLE),"
        f" {sql.listed.format('CAST(count(*) AS DOUBLE)')} FROM variants",
        f"SELECT 'start', NULL, {sql.first.format('path')}, NULL, sum(n), NULL, NULL FROM variants GROUP BY 3",
        f"SELECT 'end', NULL, {sql.last.format('path')}, NULL, sum(n), NULL, NULL FROM variants GROUP BY 3",
        *_occurrences(log),
        *_durations(log),
        *_deviations(log, order),
    ]
    body = " UNION ALL ".join(parts)
    return f"{with_cases(log, selection)}, {counted}, moves AS ({moves(log)}) {body}"


def _blank(kind: str) -> str:
    return f"CAST(NULL AS {kind})"


def _occurrences(log: EventLog) -> list[str]:
    """Per activity: events and cases; and cases with a repeat and occurrences too many."""
    numbered = f"(SELECT {log.sql.number} AS id, path, n FROM variants) AS numbered"
    each = log.sql.exploded(numbered, {"activity": "path"}, keep=("id", "n"))
    times = f"(SELECT activity, n, count(*) AS k FROM ({each}) AS each GROUP BY id, n, activity) AS times"
    return [
        f"SELECT 'step', NULL, activity, NULL, sum(n), CAST(sum(n * k) AS DOUBLE), NULL FROM {times} GROUP BY activity",
        f"SELECT 'rework', NULL, activity, NULL, sum(n), CAST(sum(n * (k - 1)) AS DOUBLE), NULL FROM {times}"
        " WHERE k > 1 GROUP BY activity",
    ]


def _durations(log: EventLog) -> list[str]:
    """Count, sum, median and p90: of waiting per edge and (b is NULL) per step, and of handling per step."""
    waiting, handling = log.sql.quantiles.format("waiting"), log.sql.quantiles.format("this.h")
    parts = [
        f"SELECT 'waiting', NULL, source, target, count(*), CAST(sum(waiting) AS DOUBLE), {waiting}"
        " FROM moves GROUP BY GROUPING SETS ((source, target), (source))"
    ]
    if log.measured:
        each = log.sql.exploded("cases", {"this": "steps"})
        parts.append(
            f"SELECT 'handling', NULL, this.c, NULL, count(*), CAST(sum(this.h) AS DOUBLE), {handling}"
            f" FROM ({each}) AS each WHERE this.h >= 0 GROUP BY this.c"
        )
    return parts


def _deviations(log: EventLog, order: Order) -> list[str]:
    """Cases per rule, in the order of `Order.rules`, and last the cases that break none but not_reached."""
    if not order.steps:
        return []
    rules = order.rules(log)
    broken = " OR ".join(f"({rule.condition})" for rule in rules if rule.kind != "not_reached")
    conditions = [*(rule.condition for rule in rules), f"NOT ({broken})"]
    sums = ", ".join(f"CAST(coalesce(sum(CASE WHEN {c} THEN n END), 0) AS DOUBLE)" for c in conditions)
    placed = f"(SELECT path, n{order.positions(log)} FROM variants) AS placed"
    return [f"SELECT 'deviation', NULL, NULL, NULL, NULL, NULL, {log.sql.listed.format(sums)} FROM {placed}"]
