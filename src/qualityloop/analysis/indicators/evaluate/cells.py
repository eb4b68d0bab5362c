"""Components of values as dense tables: group × period, one per component of each function of a formula."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.indicators.values import Group

Floats = NDArray[np.float64]

# Components that are 0 where no row is; the others are unknown there.
ADDITIVE = frozenset({"n", "num", "den", "sum", "sumsq", "promoters", "detractors"})
# What each kind of function is made of. Quantiles leave the scan as the order statistics they need.
COMPONENTS = {
    "share": ("num", "den"),
    "mean": ("n", "mean", "var", "sum"),
    "sum": ("n", "sum", "sumsq"),
    "count": ("n",),
    "min": ("n", "value"),
    "max": ("n", "value"),
    "quantile": ("n", "value", "low", "high"),
    "nps": ("n", "promoters", "detractors"),
}


@dataclass(slots=True)
class Cells:
    """`tables` by component ("0.num": of the first function), each len(groups) × number of periods."""

    groups: list[Group]
    tables: dict[str, Floats]


def empty(name: str, shape: tuple[int, int]) -> Floats:
    """A table without data."""
    fill = 0.0 if name.rpartition(".")[2] in ADDITIVE else np.nan
    return np.full(shape, fill)


def rows_of(cells: Cells) -> Floats:
    """Rows that each cell rests on, whichever function saw them: 0 means that there is nothing to keep."""
    counts = [table for name, table in cells.tables.items() if name.endswith((".n", ".den"))]
    return np.max(counts, axis=0) if counts else np.zeros((len(cells.groups), 0))


def merge(pieces: Sequence[tuple[Cells, Sequence[int]]], names: Iterable[str], periods: int) -> Cells:
    """Put pieces, each with the positions of its periods, side by side; groups are united, the widest first."""
    if len(pieces) == 1 and len(pieces[0][1]) == periods:
        return pieces[0][0]
    index: dict[Group, int] = {}
    places = [np.array([index.setdefault(g, len(index)) for g in cells.groups], dtype=np.intp) for cells, _ in pieces]
    tables = {}
    for name in names:
        table = empty(name, (len(index), periods))
        for (cells, columns), rows in zip(pieces, places, strict=True):
            if len(rows):
                table[np.ix_(rows, np.asarray(columns))] = cells.tables[name]
        tables[name] = table
    return Cells(list(index), tables)


def select(cells: Cells, groups: Sequence[Group]) -> dict[str, Floats]:
    """The tables with their rows in the order of `groups`, empty where a group does not occur."""
    if cells.groups == groups:
        return cells.tables
    index = {group: i for i, group in enumerate(cells.groups)}
    found = np.array([index.get(group, -1) for group in groups], dtype=np.intp)
    there = found >= 0
    tables = {}
    for name, table in cells.tables.items():
        chosen = empty(name, (len(groups), table.shape[1]))
        chosen[there] = table[found[there]]
        tables[name] = chosen
    return tables


def encoded(cells: Cells) -> bytes:
    """Cells of one period as bytes: length of the head, the head (groups and names as JSON), the numbers."""
    names = sorted(cells.tables)
    head = json.dumps([cells.groups, names], ensure_ascii=False, separators=(",", ":")).encode()
    numbers = np.array([cells.tables[name].reshape(-1) for name in names], dtype="<f8").tobytes()
    return len(head).to_bytes(4, "little") + head + numbers


def decoded(content: bytes) -> Cells:
    """What was `encoded`."""
    end = 4 + int.from_bytes(content[:4], "little")
    groups, names = json.loads(content[4:end])
    numbers = np.frombuffer(content, dtype="<f8", offset=end).reshape(len(names), len(groups), 1)
    return Cells(
        [tuple((column, value) for column, value in group) for group in groups],
        dict(zip(names, numbers, strict=True)),
    )
