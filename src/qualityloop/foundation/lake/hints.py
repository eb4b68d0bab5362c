"""Keys that have to be looked at again because something was deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

import pyarrow as pa

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.lake import ARROW_TYPES, LakeWriter
from qualityloop.foundation.lake.facts import SEPARATOR, Facts

Key = tuple[str, ...]
Hints = dict[str, set[Key]]  # by data set; a shorter key stands for all rows that begin so


def hints_of(deletions: Iterable[tuple[str, str]], known: Mapping[str, Facts], writer: LakeWriter) -> Hints:
    """What was deleted, and the rows of other data sets that mention it: a ticket's events, its survey answers."""
    hints: Hints = {name: set() for name in known}
    for dataset, text in deletions:
        if dataset in known:
            hints[dataset].add(tuple(text.split(SEPARATOR)))
    for name in known:
        key = DATASETS[name].key
        gone = sorted(parts[0] for parts in hints[name] if len(parts) == 1)
        if len(key) == 1 and gone:
            for other, facts in known.items():
                if other != name and key[0] in facts.sources:
                    hints[other] |= _mentioning(writer, other, key[0], gone)
    return hints


def _mentioning(writer: LakeWriter, dataset: str, column: str, values: list[str]) -> set[Key]:
    if DATASETS[dataset].key[0] == column:
        return {(value,) for value in values}
    found = writer.keys_where(dataset, column, pa.array(values, pa.string()))
    return set(zip(*(map(str, c.to_pylist()) for c in found.columns), strict=True))


def tables_of(dataset: str, keys: Iterable[Key]) -> list[pa.Table]:
    """`keys` as LakeWriter.merge takes them: one table per length. Keys that cannot be any row's are left out."""
    contract = DATASETS[dataset]
    types = [ARROW_TYPES[column.type] for name in contract.key for column in contract.columns if column.name == name]
    tables = []
    for length, group in groupby(sorted(keys, key=lambda k: (len(k), k)), key=len):
        fitting = [key for key in group if length <= len(types) and _fits(key, types)]
        if fitting:
            columns = [
                pa.array(c, pa.string()).cast(t) for c, t in zip(zip(*fitting, strict=True), types, strict=False)
            ]
            tables.append(pa.table(dict(zip(contract.key, columns, strict=False))))
    return tables


def _fits(key: Key, types: list[pa.DataType]) -> bool:
    """Whether the whole numbers of a key are some."""
    return all(
        not pa.types.is_integer(kind) or part.lstrip("-").isdecimal() for part, kind in zip(key, types, strict=False)
    )
