"""Components of values as dense tables: group × period, one per component of each function of a formula."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.indicators.language import Formula
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


def names_of(functions: Iterable[Formula]) -> list[str]:
    """The tables that these functions need."""
    return [f"{i}.{name}" for i, function in enumerate(functions) for name in COMPONENTS[function.kind]]


def rows_of(cells: Cells) -> Floats:
    """Rows that each cell rests on, whichever function saw them: 0 means that there is nothing to keep."""
    counts = [table for name, table in cells.tables.items() if name.endswith((".n", ".den"))]
    return np.max(counts, axis=0) if counts else np.zeros((len(cells.groups), 0))


def merge(pieces: Sequence[tuple[Cells, Sequence[int]]], names: Iterable[str], periods: int) -> Cells:
    """Put pieces, each with the positions of its periods, side by side; groups are united, the widest first."""
    if len(pieces) == 1 and len(pieces[0][1]) == periods:
        return pieces[0][0]
    index: dict[Group, int] = {}
    known: dict[int, NDArray[np.intp]] = {}  # pieces often share one list of groups
    for cells, _ in pieces:
        if id(cells.groups) not in known:
            places = [index.setdefault(group, len(index)) for group in cells.groups]
            known[id(cells.groups)] = np.array(places, dtype=np.intp)
    tables = {}
    for name in names:
        table = empty(name, (len(index), periods))
        for cells, columns in pieces:
            rows = known[id(cells.groups)]
            if len(columns) == 1:
                table[rows, columns[0]] = cells.tables[name][:, 0]
            elif len(rows):
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
    """Cells of one period as bytes: length of names and of groups, both as JSON, then the numbers."""
    names = sorted(cells.tables)
    columns = [column for column, _ in cells.groups[0]] if cells.groups else []
    listed = [[value for _, value in group] for group in cells.groups]
    heads = [
        json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode() for part in (names, [columns, listed])
    ]
    numbers = np.array([cells.tables[name].reshape(-1) for name in names], dtype="<f8").tobytes()
    return b"".join([*(len(head).to_bytes(4, "little") for head in heads), *heads, numbers])


def decoded(content: bytes) -> Cells:
    """What was `encoded`."""
    middle = 8 + int.from_bytes(content[:4], "little")
    end = middle + int.from_bytes(content[4:8], "little")
    names, groups = json.loads(content[8:middle]), _groups(content[middle:end])
    numbers = np.frombuffer(content, dtype="<f8", offset=end).reshape(len(names), len(groups), 1)
    return Cells(groups, dict(zip(names, numbers, strict=True)))


@lru_cache(maxsize=4096)
def _groups(head: bytes) -> list[Group]:
    """Mostly the same from one indicator and period to the next; nobody changes the list."""
    columns, listed = json.loads(head)
    return [tuple(zip(columns, values, strict=True)) for values in listed]
