"""One side measured: the map, how far cases kept to theirs, and durations with their intervals.

A case may pass a step several times, and its passages are no independent evidence. A duration therefore counts for its
interval as often as there are cases, not passages: ranks of the order statistics are those for that many rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, floor

import numpy as np
import pyarrow as pa

from qualityloop.analysis import intervals
from qualityloop.analysis.engine import Engine
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.process.conformance import Order
from qualityloop.analysis.process.events import EVENTS, TICKETS, EventLog
from qualityloop.analysis.process.handovers import By, passings
from qualityloop.analysis.process.mining import map_rows
from qualityloop.analysis.process.model import ProcessMap
from qualityloop.analysis.process.queries import code_of, instant_of, moves, with_cases
from qualityloop.analysis.process.selection import Selection
from qualityloop.analysis.process_comparison.model import Estimate, Question
from qualityloop.analysis.process_map import Conformance, conformance

QUANTILES = (0.5, 0.9)
UNKNOWN = Estimate(None, None, None, 0)
NOTHING = (UNKNOWN, UNKNOWN)
ENDS = ("resolved_at", "closed_at")  # columns of tickets that say that a case is over

Pair = tuple[Estimate, Estimate]  # median and 90th percentile
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """What the map tells of one side, and how many cases each step and passage rests on."""

    process: ProcessMap
    kept: Conformance | None
    reached: Mapping[str, int]
    passed: Mapping[Key, int]


@dataclass(slots=True)
class Measured:
    """Durations and hand-overs of one side."""

    took: Pair = NOTHING
    open: int | None = None
    waiting: dict[Key, Pair] = field(default_factory=dict)
    handling: dict[Key, Pair] = field(default_factory=dict)
    handed: dict[By, Estimate] = field(default_factory=dict)
    handed_over: dict[Key, int] = field(default_factory=dict)


def counted(engine: Engine, log: EventLog, question: Question) -> Counted:
    """The first look at a side."""
    process = map_rows(engine, log, selected(question), Order(()), None)
    ways = [(variant.path, variant.cases) for variant in process.variants]
    reached: Counter[str] = Counter()
    passed: Counter[Key] = Counter()
    for path, cases in ways:
        for step in set(path):
            reached[step] += cases
        for pair in set(pairwise(path)):
            passed[pair] += cases
        for step in set(path[:-1]):
            passed[(step,)] += cases
    kept = conformance(question.given, ways) if question.given and process.cases else None
    return Counted(process, kept, reached, passed)


def selected(question: Question) -> Selection:
    """Which cases a side has."""
    return Selection(question.start, question.end, question.where)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one side is measured."""

    source: Lake | pa.Table
    engine: Engine
    log: EventLog
    question: Question

    def columns(self, dataset: str) -> frozenset[str]:
        """What the lake knows of tickets or events; nothing of a table that was read from a file."""
        found = self.source.datasets.get(dataset) if isinstance(self.source, Lake) else None
        return found.columns if found is not None else frozenset()

    def cases(self) -> str:
        """The WITH clause with the `cases` of this side."""
        return with_cases(self.log, selected(self.question))


def measured(place: Place, known: Counted, keys: Iterable[Key]) -> Measured:
    """The second look: of the steps and passages in `keys`, of whole cases, and of hand-overs."""
    found = Measured()
    if not known.process.cases:
        return found
    _durations(place, known, list(keys), found)
    _took(place, found)
    sides: tuple[By, ...] = ("team", "actor")
    for by in sides:
        if by in place.columns(EVENTS):
            _handed(place, by, known.process.cases, found)
    return found


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which order statistics of `n` durations that are worth `cases` independent ones tell a quantile."""

    n: int
    cases: int
    below: int
    above: int
    part: float
    low: int
    high: int

    @classmethod
    def of(cls, n: int, cases: int, q: float) -> _Wanted:
        place = q * (n - 1)
        worth = min(cases, n)
        low, high = (int(rank) for rank in intervals.quantile_ranks(worth, q))
        scale = (n + 1) / (worth + 1)
        return cls(n, worth, floor(place) + 1, min(floor(place) + 2, n), place - floor(place),
                   floor(low * scale), ceil(high * scale))  # fmt: skip

    def ranks(self) -> set[int]:
        return {rank for rank in (self.below, self.above, self.low, self.high) if 1 <= rank <= self.n}

    def estimate(self, seconds: Mapping[int, float]) -> Estimate:
        below, above = seconds[self.below], seconds[self.above]
        value = below + (above - below) * self.part
        return Estimate(value, seconds.get(self.low, -np.inf), seconds.get(self.high, np.inf), self.cases)


def _durations(place: Place, known: Counted, keys: list[Key], found: Measured) -> None:
    """Waiting of steps and passages, handling of steps: one statement that looks up the order statistics."""
    wanted: dict[tuple[str, Key], tuple[_Wanted, ...]] = {}
    edges: dict[Key, int] = {(edge.source, edge.target): edge.count for edge in known.process.edges}
    steps = {step.activity: step for step in known.process.steps}
    for key in keys:
        n = edges.get(key, 0)
        if len(key) == 1 and key[0] in steps:
            step = steps[key[0]]
            n = step.waiting.count
            if step.handling.count:
                wanted["handling", key] = _all(step.handling.count, known.reached[key[0]])
        if n:
            wanted["waiting", key] = _all(n, known.passed[key])
    if not wanted:
        return
    seconds: dict[tuple[str, Key], dict[int, float]] = {}
    for row in place.engine.query(_ranked_sql(place, wanted)).to_pylist():
        names = tuple(place.log.activities[code] for code in (row["a"], row["b"]) if code >= 0)
        seconds.setdefault((row["part"], names), {})[int(row["place"])] = row["us"] / 1e6
    for (part, key), ranks in wanted.items():
        median, p90 = (one.estimate(seconds[part, key]) for one in ranks)
        (found.waiting if part == "waiting" else found.handling)[key] = (median, p90)


def _all(n: int, cases: int) -> tuple[_Wanted, ...]:
    return tuple(_Wanted.of(n, cases, q) for q in QUANTILES)


def _ranked_sql(place: Place, wanted: Mapping[tuple[str, Key], tuple[_Wanted, ...]]) -> str:
    """Rows of (part, a, b, place, us): durations at the ranks that are wanted; b is -1 where there is one step."""
    log = place.log
    parts = [
        "SELECT 'waiting' AS part, source AS a, target AS b, waiting AS us FROM moves",
        "SELECT 'waiting', source, -1, waiting FROM moves",
    ]
    if log.measured:
        each = log.sql.exploded("cases", {"this": "steps"})
        parts.append(f"SELECT 'handling', {code_of(log, 'this')}, -1, this.h FROM ({each}) AS each WHERE this.h >= 0")
    rows = []
    for (part, key), ranks in wanted.items():
        codes = [log.activities.index(name) for name in key] + [-1]
        for rank in sorted(set[int]().union(*(one.ranks() for one in ranks))):
            rows.append(f"('{part}', {codes[0]}, {codes[1]}, {rank})")
    ranked = (
        "SELECT part, a, b, us, row_number() OVER (PARTITION BY part, a, b ORDER BY us) AS place"
        f" FROM ({' UNION ALL '.join(parts)}) AS durations"
    )
    return (
        f"{place.cases()}, moves AS ({moves(log)}), wanted AS (SELECT * FROM (VALUES {', '.join(rows)})"
        f" AS listed(part, a, b, place)), ranked AS ({ranked})"
        " SELECT ranked.part, ranked.a, ranked.b, ranked.place, ranked.us FROM ranked JOIN wanted"
        " ON ranked.part = wanted.part AND ranked.a = wanted.a AND ranked.b = wanted.b AND ranked.place = wanted.place"
    )


def _took(place: Place, found: Measured) -> None:
    """From the first event to the last. Of cases that are still open nobody knows yet; a log alone says nothing."""
    log = place.log
    ends = [name for name in ENDS if log.tickets and name in place.columns(TICKETS)]
    first, last = (instant_of(log, end.format("steps")) for end in (log.sql.first, log.sql.last))
    ended, join = "TRUE", ""
    if ends:
        over = " OR ".join(f"{name} IS NOT NULL" for name in ends)
        ended = "over.ticket_id IS NOT NULL"
        join = f" LEFT JOIN (SELECT DISTINCT ticket_id FROM {TICKETS} WHERE {over}) AS over ON over.ticket_id = case_id"
    rows = place.engine.query(
        f"{place.cases()} SELECT CAST({last} - {first} AS BIGINT) AS us, {ended} AS ended FROM cases{join}"
    )
    flags = rows.column("ended").to_numpy()
    took = np.sort(rows.column("us").to_numpy()[flags.astype(bool)]) / 1e6
    found.open = int(len(flags) - len(took)) if ends else None
    if len(took):
        median, p90 = (
            Estimate(float(np.quantile(took, q)), *intervals.quantile(took, q), len(took)) for q in QUANTILES
        )
        found.took = (median, p90)


def _handed(place: Place, by: By, cases: int, found: Measured) -> None:
    """Hand-overs per case, and the cases with each; cases without any count as 0."""
    log = place.log
    each = f"SELECT ticket_id, a, b, count(*) AS n FROM ({passings(log, by)}) AS passings GROUP BY ticket_id, a, b"
    own = "SELECT sum(n) AS n FROM each_case GROUP BY ticket_id"
    rows = place.engine.query(
        f"{place.cases()}, {log.sql.kept.format('each_case', each)}"
        " SELECT a, b, CAST(count(*) AS DOUBLE) AS n, CAST(0 AS DOUBLE) AS squares FROM each_case GROUP BY a, b"
        f" UNION ALL SELECT NULL, NULL, CAST(sum(n) AS DOUBLE), CAST(sum(n * n) AS DOUBLE) FROM ({own}) AS own"
    ).to_pylist()
    total, squares = 0.0, 0.0
    for row in rows:
        if row["a"] is None:
            total, squares = row["n"] or 0.0, row["squares"] or 0.0
        else:
            found.handed_over[by, row["a"], row["b"]] = int(row["n"])
    mean = total / cases
    variance = (squares - total**2 / cases) / (cases - 1) if cases > 1 else np.nan
    low, high = (float(end) for end in intervals.student_mean(mean, variance, cases))
    found.handed[by] = Estimate(mean, low, high, cases)
