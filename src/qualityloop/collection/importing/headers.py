"""Recognising files by the names of their columns, whatever the files are called this month."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import replace

from qualityloop.analysis.files.mapping import Mapping, TableRule


def fingerprint(columns: Iterable[str]) -> str:
    """The same for files with the same columns, in any order."""
    names = sorted({" ".join(name.lower().split()) for name in columns})
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()[:32]


def fingerprint_of_all(headers: MappingOf[str, str]) -> str:
    """The same for deliveries with the same kinds of files, however many there are of each."""
    return hashlib.sha256("\x1f".join(sorted(set(headers.values()))).encode()).hexdigest()[:32]


def renamed(mapping: Mapping, before: MappingOf[str, str], now: MappingOf[str, str]) -> Mapping:
    """The mapping for files that are called otherwise: each takes the place of those with the same columns."""
    alike: dict[str, list[str]] = {}
    for name, print_ in now.items():
        alike.setdefault(print_, []).append(name)

    def names(patterns: Sequence[str]) -> tuple[str, ...]:
        found: list[str] = []
        for pattern in patterns:
            found += alike.get(before.get(pattern, ""), [pattern])
        return tuple(dict.fromkeys(found))

    def table(rule: TableRule) -> TableRule:
        joins = tuple(replace(join, files=names(join.files)) for join in rule.joins)
        return replace(rule, files=names(rule.files), joins=joins)

    return replace(mapping, tables=tuple(table(rule) for rule in mapping.tables))


def merged(mapping: Mapping) -> Mapping:
    """Tables that differ in nothing but their file become one: a hundred exports of one kind are one table."""
    found: dict[TableRule, list[str]] = {}
    for table in mapping.tables:
        found.setdefault(replace(table, files=(), line=None), []).extend(table.files)
    tables = tuple(replace(rule, files=tuple(dict.fromkeys(files))) for rule, files in found.items())
    return replace(mapping, tables=tables)
