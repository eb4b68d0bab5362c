"""Trying a mapping on a few rows: what becomes of each, and why some would be rejected."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qualityloop.analysis.files.mapping import Mapping, TableRule
from qualityloop.analysis.files.reading import Reading
from qualityloop.analysis.files.rejects import Rejects
from qualityloop.analysis.files.repairs import Cells, Repairs
from qualityloop.analysis.files.source import Broken
from qualityloop.analysis.messages import Message
from qualityloop.collection.importing.workshop import MEMORY_LIMIT, Workshop


class Listed(Rejects):
    """Keeps a few rejected rows in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, str, Broken]] = []

    def _keep(self, file: str, dataset: str, broken: Broken) -> None:
        self.rows.append((file, dataset, broken))

    def _place(self) -> int:
        return len(self.rows)

    def _forget(self, place: int) -> None:
        del self.rows[place:]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a row would be rejected, and the file's column that is at fault."""

    column: str
    reason: Message


@dataclass(slots=True)
class Tried:
    """What became of the rows of one table: typed values by column, or what is wrong, or neither (left out)."""

    values: dict[int, dict[str, Any]] = field(default_factory=dict)
    wrong: dict[int, Wrong] = field(default_factory=dict)


def try_rows(mapping: Mapping, table: TableRule, source: str, rows: MappingOf[int, Cells], shop: Workshop) -> Tried:
    """Read `rows` (number → cells) of `source` as `table` says. Rows made from events stand for their case."""
    repairs = Repairs({(source, table.dataset): rows}, alone=True)
    alone = replace(mapping, tables=(table,))
    rejects, tried = Listed(), Tried()
    with Reading(shop.files, alone, rejects, temp=shop.temp, memory_limit=MEMORY_LIMIT, repairs=repairs) as reading:
        reading.read()
        for delivery in reading.deliveries(table.dataset, 10_000):
            for number, row in zip(delivery.rows, delivery.table.to_pylist(), strict=True):
                tried.values[number] = row
    for _, _, broken in rejects.rows:
        if broken.row is not None:
            tried.wrong.setdefault(broken.row, Wrong(broken.column or "", broken.reason))
    return tried


def file_of(source: str, files: list[Path]) -> Path | None:
    """The file to which a source (the file, or one of its sheets) belongs."""
    return next((file for file in files if source == file.name or source.startswith(f"{file.name} [")), None)
