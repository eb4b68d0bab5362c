"""Mappings that come with the product, for exports of other systems; recognised by the names of the columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path

import yaml

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.messages import AnalysisError, Place, Text, message

from .formats import open_source, table_files
from .mapping import Mapping, TableRule
from .mapping_loading import parse_mapping
from .source import ReadOptions

_SHELF = resources.files("qualityloop.analysis.files") / "shipped_mappings"


@dataclass(frozen=True, slots=True)
class Shipped:
    """A mapping for one form of a system's export. `needs` are the columns that tell it."""

    key: str
    system: str
    label: Text
    documentation: str
    needs: tuple[str, ...]

    @property
    def mapping(self) -> Mapping:
        """As it is written."""
        return parse_mapping((_SHELF / f"{self.key}.yaml").read_text(encoding="utf-8"), f"{self.key}.yaml")

    def fits(self, columns: Iterable[str]) -> bool:
        """Whether a file with these columns is such an export."""
        return {name.casefold() for name in self.needs} <= {name.casefold() for name in columns}

    def table(self, columns: Sequence[str], file: str, read: ReadOptions) -> TableRule:
        """The mapping of `file`, without what it has no columns for, under the names that the columns have there."""
        known = {name.casefold(): name for name in reversed(columns)}
        (whole,) = self.mapping.tables
        required = {column.name for column in DATASETS[whole.dataset].columns if column.required}
        rules = [
            replace(rule, sources=tuple(known.get(name.casefold(), name) for name in rule.sources), line=None)
            for rule in whole.columns
            if rule.target in required or all(name.casefold() in known for name in rule.sources)
        ]
        excluding = tuple(
            (known[name.casefold()], words) for name, words in whole.excluding if name.casefold() in known
        )
        return replace(whole, columns=tuple(rules), excluding=excluding, files=(file,), read=read, line=None)


@cache
def shipped_mappings() -> tuple[Shipped, ...]:
    """All of them, in the order in which they are tried."""
    entries = yaml.safe_load((_SHELF / "index.yaml").read_text(encoding="utf-8"))
    return tuple(
        Shipped(
            entry["key"], entry["system"], Text(entry["label"]["zh"], entry["label"]["en"]), entry["documentation"],
            tuple(entry["needs"]),
        )
        for entry in entries
    )  # fmt: skip


def recognised(columns: Sequence[str], name: str = "") -> Shipped | None:
    """The export that has these columns, of the system or form `name` where one is given; None for none."""
    return next((one for one in shipped_mappings() if name in ("", one.key, one.system) and one.fits(columns)), None)


def shipped_names() -> tuple[str, ...]:
    """What may stand for a mapping: systems, and forms of their exports."""
    return tuple(dict.fromkeys(name for one in shipped_mappings() for name in (one.system, one.key)))


def shipped_mapping(name: str, paths: Sequence[Path], zone: str | None = None) -> Mapping:
    """The mapping of that name for these files. AnalysisError where a file is no such export."""
    if name not in shipped_names():
        raise AnalysisError(message("there is no mapping {name}; there are: {names}", name=name,
                                    names=", ".join(shipped_names())))  # fmt: skip
    tables, given = [], None
    for path in table_files(list(paths)):
        columns = open_source(path).columns
        found = recognised(columns, name)
        if found is None:
            needs = next(one.needs for one in shipped_mappings() if name in (one.key, one.system))
            text = message("this is no export of {name}: it would have the columns {columns}",
                           name=name, columns=", ".join(needs))  # fmt: skip
            raise AnalysisError(text, Place(path.name))
        tables.append(found.table(columns, path.name, ReadOptions()))
        given = found.mapping.zone
    if given is None:
        raise AnalysisError(message("there is no file to read"))
    return Mapping(tuple(tables), zone or given)
