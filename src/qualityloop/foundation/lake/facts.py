"""What the rooms publish to the lake: each declares its fact tables in its `facts.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.expressions import Combinable

from qualityloop.analysis.datasets import DATASETS

SEPARATOR = "\t"  # between the parts of a key that is written as one text
RENAMED = "__name"  # columns of related tables that end so may be renamed; their `number` never changes


@dataclass(frozen=True, slots=True)
class Facts:
    """One fact table: which rows (`query`), and where its columns come from.

    A column of the data set comes from the model's field of the same name, unless `columns` names another path
    (`"team": "team__name"`) or an expression; columns that are found nowhere are not published. `changed` names
    the field that says when a row was last written, set when it is written. Tables whose rows are only ever added
    name their running number as `serial` instead. The key never changes: a record that gets another key is a
    deletion (`records.Deletion`) and a new record.
    """

    dataset: str
    query: Callable[[], QuerySet[Any]]
    columns: Mapping[str, str | Combinable] = field(default_factory=dict)
    changed: str = ""
    serial: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the data set that identify a row."""
        return DATASETS[self.dataset].key

    @property
    def model(self) -> type[Model]:
        """The table that is read."""
        return self.query().model

    @property
    def sources(self) -> dict[str, str | Combinable]:
        """Where each published column comes from, in the order of the contract."""
        own = {f.name for f in self.model._meta.concrete_fields if not f.is_relation}
        found: dict[str, str | Combinable] = {}
        for column in DATASETS[self.dataset].columns:
            if column.name in self.columns:
                found[column.name] = self.columns[column.name]
            elif column.name in own:
                found[column.name] = column.name
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """Paths to names in related tables, which may be renamed without a change of the row itself."""
        return tuple(path for path in self.sources.values() if isinstance(path, str) and path.endswith(RENAMED))


_REGISTRY: dict[str, Facts] = {}


def register_facts(facts: Facts) -> None:
    """Publish a fact table; called when a room starts. ValueError where it does not fit the contract."""
    if facts.dataset not in DATASETS:
        raise ValueError(f"there is no data set {facts.dataset}")
    if bool(facts.changed) == bool(facts.serial):
        raise ValueError(f"{facts.dataset}: name either `changed` or `serial`")
    contract = DATASETS[facts.dataset]
    unknown = set(facts.columns) - {column.name for column in contract.columns}
    missing = {column.name for column in contract.columns if column.required} - set(facts.sources)
    if unknown or missing:
        raise ValueError(f"{facts.dataset}: unknown or missing columns: {', '.join(sorted(unknown | missing))}")
    known = _REGISTRY.get(facts.dataset)
    if known is not None and known != facts:
        raise ValueError(f"{facts.dataset} is published twice")
    _REGISTRY[facts.dataset] = facts


def registered() -> dict[str, Facts]:
    """Everything that is published, in the order of the contract."""
    return {name: _REGISTRY[name] for name in DATASETS if name in _REGISTRY}


def key_text(*parts: object) -> str:
    """The key of a row as one text, as `records.Deletion` keeps it.

    The beginning of a key stands for all rows that begin so: a ticket's number for all its events.
    """
    return SEPARATOR.join(str(part) for part in parts)
