"""What a column of a file looks like: how full, how varied, numbers or instants, in which order day and month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import expressions as sql
from .headers import MISSING_WORDS
from .mapping import ColumnRule

_DATES = (
    "%Y年%m月%d日", "%Y.%m.%d", "%Y%m%d", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y",
    "%d/%m/%y", "%m/%d/%y",
    "%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "%Y/%m/%d",
)  # fmt: skip
_TIMES = (
    "",
    " %H:%M:%S",
    " %H:%M",
    " %I:%M:%S %p",
    " %I:%M %p",
    " %p%I:%M:%S",
    " %p%I:%M",
    " %H时%M分",
    " %H时%M分%S秒",
    "T%H:%M:%S",
)
TIMES_ONLY = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
_FORMATS = ("iso", *(f"{d}{t}" for d, t in product(_DATES, _TIMES)))
_LOOKED_AT = 2_000
_FEW = 60
_ENOUGH = 0.9
_HALF = 0.5
DAY_MONTH = (("%d-%m-%Y", "%m-%d-%Y"), ("%d/%m/%Y", "%m/%d/%Y"), ("%d/%m/%y", "%m/%d/%y"))


@dataclass(frozen=True, slots=True)
class Profile:
    """One column, in numbers.

    `formats` are those under which at least nine of ten values are instants, `partly` the one for at least half.
    """

    name: str
    rows: int
    filled: int
    distinct: int
    numbers: float
    integers: float
    booleans: float
    formats: tuple[str, ...]
    partly: tuple[str, ...]
    time_only: str | None
    constant: str | None
    missing_words: tuple[tuple[str, int], ...]

    @property
    def is_instant(self) -> bool:
        return bool(self.formats)

    @property
    def uniqueness(self) -> float:
        """Distinct values per filled cell."""
        return self.distinct / self.filled if self.filled else 0.0


def profile(connection: duckdb.DuckDBPyConnection, name: str, cells: pa.ChunkedArray, timely: bool) -> Profile:
    """Look at the `cells` of a column (without blanks, NULL where empty).

    `timely` says that its header speaks of time (then numbers may be instants). All cells are counted; for its types
    up to 2,000 different values are read, spread evenly over the file.
    """
    counted = pc.value_counts(cells.combine_chunks() if cells.num_chunks > 1 else cells)
    values, counts = counted.field("values"), counted.field("counts")
    missing = _missing_words(values, counts)
    kept = values.filter(pc.invert(pc.is_in(pc.utf8_lower(values), pa.array([*sorted(MISSING_WORDS), None]))))
    filled = len(cells) - cells.null_count
    distinct = len(values) - (1 if cells.null_count else 0)
    constant = next((value for value in values.to_pylist() if value is not None), None) if distinct == 1 else None
    looked_at = pa.table({"v": _spread(kept, _LOOKED_AT)})
    if not looked_at.num_rows:
        return Profile(name, len(cells), filled, distinct, 0.0, 0.0, 0.0, (), (), None, constant, missing)
    connection.register("looked_at", looked_at)
    connection.register("few", pa.table({"v": _spread(kept, _FEW)}))
    numbers, integers, booleans = _kinds(connection)
    formats, partly = _formats(connection, timely)
    time_only = None if formats or partly or numbers >= _ENOUGH else _first_enough(connection, TIMES_ONLY)
    return Profile(
        name, len(cells), filled, distinct, numbers, integers, booleans, formats, partly, time_only, constant, missing
    )


def _missing_words(values: pa.Array, counts: pa.Array) -> tuple[tuple[str, int], ...]:
    """The words that often mean “missing”, the most frequent first."""
    hit = pc.is_in(pc.utf8_lower(values), pa.array(sorted(MISSING_WORDS)))
    found = zip(values.filter(hit).to_pylist(), counts.filter(hit).to_pylist(), strict=True)
    return tuple(sorted(found, key=lambda pair: -pair[1]))


def _spread(values: pa.Array, count: int) -> pa.Array:
    """At most `count` of the values, evenly spread."""
    if len(values) <= count:
        return values
    return values.take(pa.array(np.linspace(0, len(values) - 1, count).astype(np.int64)))


def _kinds(connection: duckdb.DuckDBPyConnection) -> tuple[float, float, float]:
    """Which shares of the different values are numbers, whole numbers, yes or no."""
    rule = ColumnRule("x")
    number = sql.value_of("v", rule, "number", None, "UTC")
    integer = sql.value_of("v", rule, "integer", None, "UTC")
    boolean = sql.value_of("v", rule, "boolean", None, "UTC")
    found = connection.execute(
        f"SELECT count(*), count({number}), count({integer}), count({boolean}) FROM looked_at"
    ).fetchall()[0]
    some = max(found[0], 1)
    return found[1] / some, found[2] / some, found[3] / some


def _shares(connection: duckdb.DuckDBPyConnection, formats: Sequence[str], table: str = "looked_at") -> list[float]:
    counts = ", ".join(f"count({sql.local('v', ColumnRule('x', formats=(form,)))})" for form in formats)
    row = connection.execute(f"SELECT count(*), {counts} FROM {table}").fetchall()[0]
    return [count / max(row[0], 1) for count in row[1:]]


def _may_be_dates(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether most values hold at least three digits and are as short as a date."""
    found = connection.execute(
        "SELECT avg((length(v) BETWEEN 5 AND 45 AND length(regexp_replace(v, '\\D', '', 'g')) >= 3)::INT) "
        "FROM looked_at"
    ).fetchall()[0]
    return bool(found[0] and found[0] >= 0.6)


def _first_enough(connection: duckdb.DuckDBPyConnection, formats: Sequence[str]) -> str | None:
    shares = _shares(connection, formats)
    best = max(range(len(formats)), key=lambda n: shares[n])
    return formats[best] if shares[best] >= _ENOUGH else None


def _formats(connection: duckdb.DuckDBPyConnection, timely: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The format that reads at least nine of ten values; two where day and month stand in both orders.

    Beside it the format that reads at least half, where none reads that many.
    """
    numeric = connection.execute("SELECT count(try_cast(v AS DOUBLE)), count(*), min(try_cast(v AS DOUBLE)), "
                                 "max(try_cast(v AS DOUBLE)) FROM looked_at").fetchall()[0]  # fmt: skip
    if numeric[0] and numeric[0] >= _ENOUGH * numeric[1]:
        return (_numeric_format(numeric[2], numeric[3], connection) if timely else ()), ()
    if not _may_be_dates(connection):
        return (), ()
    few = dict(zip(_FORMATS, _shares(connection, _FORMATS, "few"), strict=True))
    likely = tuple(form for form in _FORMATS if few[form] >= 0.2)
    if not likely:
        return (), ()
    shares = dict.fromkeys(_FORMATS, 0.0) | dict(zip(likely, _shares(connection, likely), strict=True))
    best = max(_FORMATS, key=lambda form: shares[form])
    if shares[best] >= _ENOUGH:
        return (best,), ()
    for pair in DAY_MONTH:
        for time in _TIMES:
            both = [f"{part}{time}" for part in pair]
            if min(shares[form] for form in both) > 0.3 and sum(shares[form] for form in both) > 1:
                return tuple(sorted(both, key=lambda form: -shares[form])), ()
    return (), ((best,) if shares[best] >= _HALF else ())


def _numeric_format(low: float, high: float, connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    if low >= 5e8 and high <= 4.1e9:
        return ("epoch",)
    if low >= 5e11 and high <= 4.1e12:
        return ("epoch_ms",)
    if low >= 25_569 and high <= 73_050:
        return ("excel",)
    if low >= 19_700_101 and high <= 20_991_231 and _shares(connection, ("%Y%m%d",))[0] >= _ENOUGH:
        return ("%Y%m%d",)
    return ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """Whether day and month of a column look exchanged where both could be a month."""

    rows: int
    ambiguous: int
    changed: int
    key: str | None
    fit_before: float
    fit_after: float
    inside_before: float
    inside_after: float

    @property
    def proven(self) -> bool:
        """Whether the order of a key, or the span of the dates that cannot be misread, says so clearly."""
        if self.changed < 10:
            return False
        by_order = self.key is not None and self.fit_after >= 0.9 and self.fit_after - self.fit_before >= 0.1
        by_span = self.inside_after >= 0.98 and self.inside_before <= 0.8
        return by_order or (by_span and (self.key is None or self.fit_after > self.fit_before))


def exchange_evidence(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, formats: tuple[str, ...], keys: Sequence[str]
) -> Exchange:
    """Compare a column of dates as written with the same after exchanging day and month where both are ≤ 12.

    `keys` are columns of numbers given in order of time; the one that fits best is used (correlation of its rank with
    the date).
    """
    reading = sql.local(sql.cell(column, ()), ColumnRule("x", formats=formats))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE dated AS SELECT *, {sql.repaired('a')} AS b FROM (SELECT {reading} AS a"
        + "".join(f", try_cast(trim(CAST({sql.name(key)} AS VARCHAR)) AS DOUBLE) AS k{n}" for n, key in enumerate(keys))
        + f" FROM {table}) WHERE a IS NOT NULL"
    )
    rows, ambiguous, changed = connection.execute(
        "SELECT count(*), count(*) FILTER (WHERE day(a) <= 12), count(*) FILTER (WHERE a <> b) FROM dated"
    ).fetchall()[0]
    best, before, after = None, 0.0, 0.0
    for n, key in enumerate(keys):
        fits = connection.execute(
            f"SELECT corr(r, epoch(a)), corr(r, epoch(b)) FROM (SELECT *, rank() OVER (ORDER BY k{n}) AS r FROM dated "
            f"WHERE k{n} IS NOT NULL)"
        ).fetchall()[0]
        if None not in fits and abs(fits[1]) > after:
            best, before, after = key, abs(fits[0]), abs(fits[1])
    inside = connection.execute(
        "SELECT avg((a BETWEEN lo AND hi)::INT), avg((b BETWEEN lo AND hi)::INT) FROM dated, (SELECT "
        "date_trunc('month', min(a)) AS lo, date_trunc('month', max(a)) + INTERVAL 1 MONTH AS hi FROM dated "
        "WHERE day(a) > 12) "
        "WHERE day(a) <= 12"
    ).fetchall()[0]
    return Exchange(rows, ambiguous, changed, best, before, after, inside[0] or 0.0, inside[1] or 0.0)


def order_evidence(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> tuple[int, int]:
    """How many dates of a column prove that the day stands first (first number > 12), and that the month does."""
    value = sql.cell(column, ())
    found = connection.execute(
        f"SELECT count(*) FILTER (WHERE p[1]::INT > 12), count(*) FILTER (WHERE p[2]::INT > 12) FROM (SELECT "
        f"regexp_extract_all({value}, '\\d+') AS p FROM {table}) "
        "WHERE len(p) >= 3 AND len(p[1]) <= 2 AND len(p[2]) <= 2"
    ).fetchall()[0]
    return int(found[0]), int(found[1])
