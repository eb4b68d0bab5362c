"""Rows compressed to cells: sums of an indicator's additive parts by the values of the dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.indicators.values import Group

Floats = NDArray[np.float64]
CURRENT, BEFORE, REFERENCE = 0, 1, 2
BUCKETS = 3


class Sums(NamedTuple):
    """Numerator, denominator and sum of squares, each with one row per bucket and one column per segment."""

    num: Floats
    den: Floats
    squares: Floats


@dataclass(frozen=True, slots=True)
class Dimension:
    """One column, coded: the value of cell i is `labels[codes[i]]`."""

    name: str
    codes: NDArray[np.int64]
    labels: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """Additive parts per combination of values, in up to three buckets of time."""

    dimensions: tuple[Dimension, ...]
    bucket: NDArray[np.int64]
    num: Floats
    den: Floats
    squares: Floats

    def where(self, keep: NDArray[np.bool_]) -> Cells:
        """The cells for which `keep` is true."""
        return Cells(
            tuple(Dimension(d.name, d.codes[keep], d.labels) for d in self.dimensions),
            self.bucket[keep],
            self.num[keep],
            self.den[keep],
            self.squares[keep],
        )

    def belongs(self, group: Group) -> NDArray[np.bool_]:
        """Which cells lie in `group`."""
        answer = np.ones(len(self.num), dtype=bool)
        by_name = {d.name: d for d in self.dimensions}
        for column, value in group:
            dimension = by_name[column]
            code = dimension.labels.index(value) if value in dimension.labels else -1
            answer &= dimension.codes == code
        return answer

    def total(self) -> Sums:
        """Sums over everything."""
        return self._sums(np.zeros(len(self.num), dtype=np.int64), 1)

    def _sums(self, codes: NDArray[np.int64], size: int) -> Sums:
        index = self.bucket * size + codes

        def add(values: Floats) -> Floats:
            added = np.bincount(index, weights=values, minlength=BUCKETS * size)
            return added.astype(np.float64).reshape(BUCKETS, size)

        return Sums(add(self.num), add(self.den), add(self.squares))

    def by(self, names: Sequence[str]) -> Split:
        """The segments of one or two dimensions that occur, and their sums."""
        chosen = tuple(next(d for d in self.dimensions if d.name == name) for name in names)
        codes, size = chosen[0].codes, len(chosen[0].labels)
        for dimension in chosen[1:]:
            codes = codes * len(dimension.labels) + dimension.codes
            size *= len(dimension.labels)
        present = np.flatnonzero(np.bincount(codes, minlength=size))
        sums = self._sums(codes, size)
        return Split(chosen, present, Sums(*(side[:, present] for side in sums)))

    def varying(self) -> tuple[str, ...]:
        """The dimensions with more than one value."""
        return tuple(d.name for d in self.dimensions if np.count_nonzero(np.bincount(d.codes)) > 1)


@dataclass(frozen=True, slots=True)
class Split:
    """Segments by one or two dimensions: position i of the sums belongs to `group(i)`."""

    dimensions: tuple[Dimension, ...]
    codes: NDArray[np.int64]
    sums: Sums

    def group(self, position: int) -> Group:
        """The segment at a position."""
        code, pairs = int(self.codes[position]), []
        for dimension in reversed(self.dimensions):
            code, at = divmod(code, len(dimension.labels))
            pairs.append((dimension.name, dimension.labels[at]))
        return tuple(reversed(pairs))

    def groups(self) -> tuple[Group, ...]:
        """All segments, in the order of the sums."""
        return tuple(self.group(i) for i in range(len(self.codes)))


def merged(parts: Sequence[Cells]) -> Cells:
    """Cells of several tables with the same dimensions as one, their codes brought together."""
    dimensions = []
    for position, first in enumerate(parts[0].dimensions):
        labels = tuple(dict.fromkeys(label for part in parts for label in part.dimensions[position].labels))
        number = {label: code for code, label in enumerate(labels)}
        codes = [
            np.array([number[label] for label in part.dimensions[position].labels], dtype=np.int64)[
                part.dimensions[position].codes
            ]
            for part in parts
        ]
        dimensions.append(Dimension(first.name, np.concatenate(codes), labels))
    return Cells(
        tuple(dimensions),
        np.concatenate([p.bucket for p in parts]),
        np.concatenate([p.num for p in parts]),
        np.concatenate([p.den for p in parts]),
        np.concatenate([p.squares for p in parts]),
    )
