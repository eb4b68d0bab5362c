"""From the cells of a joint grouping to those of its columns, their pairs, and everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qualityloop.analysis.indicators.values import Group, Grouping
from qualityloop.analysis.intervals import quantile_ranks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_EPOCH = date(1970, 1, 1)


class Fine:
    """The answer of one query: a row per period and combination of `columns` that occurs.

    `periods` are first days in ascending order; every row's period is one of them.
    """

    def __init__(self, table: pa.Table, columns: Grouping, periods: Sequence[date]) -> None:
        self._table = table
        self.columns = columns
        self.periods = len(periods)
        days = np.array([(day - _EPOCH).days for day in periods], dtype=np.int64)
        found = _integers(table.column("__p").cast(pa.date32()).cast(pa.int32()))
        self.position: Ints = np.searchsorted(days, found)
        self._codes = {c: _encoded(table.column(f"__g{i}")) for i, c in enumerate(columns)}
        self._numbers: dict[str, Floats] = {}

    def rolled(self, grouping: Grouping) -> Rolled:
        """The same rows seen by fewer columns."""
        rows = len(self.position)
        code = np.zeros(rows, dtype=np.int64)
        for column in grouping:
            codes, names = self._codes[column]
            code = code * len(names) + codes
        kept, group = np.unique(code, return_inverse=True)
        groups = _groups(kept, grouping, [self._codes[c][1] for c in grouping])
        if not grouping:
            groups, group = [()], np.zeros(rows, dtype=np.int64)
        same = set(grouping) == set(self.columns)
        return Rolled(self, groups, group.reshape(-1) * self.periods + self.position, same)

    def numbers(self, name: str) -> Floats:
        """A column of the answer; NULL is NaN."""
        if name not in self._numbers:
            self._numbers[name] = _doubles(self._table.column(name))
        return self._numbers[name]

    def lists(self, name: str) -> tuple[Floats, Ints]:
        """A column of lists: all their values, and how many belong to each row."""
        lists = self._table.column(name).combine_chunks()
        return _doubles(lists.flatten()), _integers(pc.list_value_length(lists))


# Arrow's own to_numpy imports pandas where it is installed, which takes longer than many a query.
def _doubles(column: pa.Array | pa.ChunkedArray) -> Floats:
    """Numbers as doubles; NULL is NaN."""
    return _exported(column.cast(pa.float64(), safe=False), float("nan"))


def _integers(column: pa.Array | pa.ChunkedArray) -> Ints:
    """Whole numbers; NULL is 0."""
    return _exported(column.cast(pa.int64()), 0)


def _exported(column: pa.Array | pa.ChunkedArray, missing: float) -> NDArray[Any]:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if not len(array):
        return np.zeros(0, dtype=np.asarray(missing).dtype)
    if not array.null_count:
        return np.from_dlpack(array)
    bare = pa.Array.from_buffers(array.type, len(array), [None, array.buffers()[1]], offset=array.offset)
    return np.where(np.from_dlpack(array.is_valid().cast(pa.int8())), np.from_dlpack(bare), missing)


def _encoded(column: pa.ChunkedArray) -> tuple[Ints, list[str | None]]:
    encoded = pc.dictionary_encode(column.combine_chunks(), null_encoding="encode")
    names = encoded.dictionary.to_pylist()
    return _integers(encoded.indices), [group_name(name) for name in names]


def group_name(value: object) -> str | None:
    """How a value of a column is called in a Group."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _groups(codes: Ints, grouping: Grouping, names: list[list[str | None]]) -> list[Group]:
    digits: list[list[str | None]] = []
    for listed in reversed(names):
        codes, digit = np.divmod(codes, len(listed)) if listed else (codes, codes)
        digits.append([listed[d] for d in digit.tolist()])
    return [tuple(zip(grouping, row, strict=True)) for row in zip(*reversed(digits), strict=True)]


class Rolled:
    """Components by group × period. `cell` is where each row of the query belongs."""

    def __init__(self, fine: Fine, groups: list[Group], cell: Ints, same: bool) -> None:
        self._fine = fine
        self.groups = groups
        self._cell = cell
        self._same = same  # every row of the query is a cell of its own
        self._shape = (len(groups), fine.periods)
        self._ordered: dict[str, tuple[Floats, Ints]] = {}

    def reduced(self, kind: str, names: Mapping[str, str]) -> dict[str, Floats]:
        """Tables of the components of a function of this kind; `names` are the columns of the query."""
        if kind == "mean":
            return self._mean(names)
        return {
            component: self._extreme(name, kind) if component == "value" else self._added(self._fine.numbers(name))
            for component, name in names.items()
        }

    def _added(self, numbers: Floats) -> Floats:
        weights = np.nan_to_num(numbers, nan=0.0)
        added = np.bincount(self._cell, weights, self._shape[0] * self._shape[1])
        return added.astype(np.float64, copy=False).reshape(self._shape)

    def _scattered(self, numbers: Floats) -> Floats:
        table = np.full(self._shape[0] * self._shape[1], np.nan)
        table[self._cell] = numbers
        return table.reshape(self._shape)

    def _extreme(self, name: str, kind: str) -> Floats:
        if self._same:
            return self._scattered(self._fine.numbers(name))
        nothing, better = (np.inf, np.minimum) if kind == "min" else (-np.inf, np.maximum)
        table = np.full(self._shape[0] * self._shape[1], nothing)
        better.at(table, self._cell, np.nan_to_num(self._fine.numbers(name), nan=nothing))
        return np.where(np.isinf(table), np.nan, table).reshape(self._shape)

    def _mean(self, names: Mapping[str, str]) -> dict[str, Floats]:
        """Means and variances of joined cells (Chan, Golub and LeVeque 1979)."""
        n, mean, var, total = (self._fine.numbers(names[c]) for c in ("n", "mean", "var", "sum"))
        rows, sums = self._added(n), self._added(total)
        if self._same:
            return {"n": rows, "mean": self._scattered(mean), "var": self._scattered(var), "sum": sums}
        with np.errstate(invalid="ignore", divide="ignore"):
            means = sums / rows
            within = np.where(n > 1, (n - 1) * var, 0.0)
            between = n * (mean - means.reshape(-1)[self._cell]) ** 2
            spread = np.where(rows > 1, self._added(within + between) / (rows - 1), np.nan)
        return {"n": rows, "mean": means, "var": spread, "sum": sums}

    def quantile(self, name: str, q: float) -> dict[str, Floats]:
        """The q-quantile, interpolated linearly, and the order statistics around it that are its interval.

        −∞ and ∞ stand where there are too few rows for a bound.
        """
        values, lengths = self._sorted(name)
        tables = {"n": lengths.astype(np.float64)}
        tables |= {c: np.full(len(lengths), np.nan) for c in ("value", "low", "high")}
        some = np.flatnonzero(lengths)
        n, start = lengths[some], (np.cumsum(lengths) - lengths)[some]
        place = (n - 1) * q
        below = np.floor(place).astype(np.int64)
        left, right = values[start + below], values[start + np.minimum(below + 1, n - 1)]
        tables["value"][some] = left + (place - below) * (right - left)
        low, high = _ranks(n, q)
        tables["low"][some] = np.where(low >= 1, values[start + np.maximum(low, 1) - 1], -np.inf)
        tables["high"][some] = np.where(high <= n, values[start + np.minimum(high, n) - 1], np.inf)
        return {component: table.reshape(self._shape) for component, table in tables.items()}

    def _sorted(self, name: str) -> tuple[Floats, Ints]:
        """The values of all cells one after another, in ascending order within each, and how many each has."""
        if name not in self._ordered:
            values, lengths = self._fine.lists(name)
            order = np.argsort(self._cell, kind="stable")
            starts, taken = (np.cumsum(lengths) - lengths)[order], lengths[order]
            gathered = values[np.repeat(starts - (np.cumsum(taken) - taken), taken) + np.arange(len(values))]
            sizes = np.bincount(self._cell, lengths, self._shape[0] * self._shape[1]).astype(np.int64)
            ends = np.cumsum(sizes).tolist()
            begin = 0
            for end in ends:
                gathered[begin:end].sort()
                begin = end
            self._ordered[name] = gathered, sizes
        return self._ordered[name]


def _ranks(n: Ints, q: float) -> tuple[Ints, Ints]:
    sizes, back = np.unique(n, return_inverse=True)
    low, high = quantile_ranks(sizes, q)
    return low[back], high[back]
