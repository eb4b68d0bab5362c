"""Rows whose cells somebody has put right, on their way in once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from .source import ROW, RecordBuffer

Cells = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Repairs:
    """The new cells by source and dataset, and by row; with `alone` nothing but these rows is read.

    Rows that count their neighbours (numbered ones, those made from events) must not be read alone.
    """

    rows: Mapping[tuple[str, str], Mapping[int, Cells]] = field(default_factory=dict)
    alone: bool = False

    def of(self, source: str, dataset: str) -> Mapping[int, Cells]:
        """The repaired rows of one source that go into `dataset`."""
        return self.rows.get((source, dataset), {})

    def sources(self, file: str, dataset: str) -> list[str]:
        """The sources (the file itself, or its sheets) that have repaired rows for `dataset`."""
        return [name for name, of in self.rows if of == dataset and (name == file or name.startswith(f"{file} ["))]


NOTHING = Repairs()


def without(batch: pa.Table, mended: Mapping[int, Cells]) -> pa.Table:
    """The rows of a batch that were not repaired."""
    return batch.filter(pc.invert(pc.is_in(batch[ROW], pa.array(list(mended), pa.int64())))) if mended else batch


def as_batch(mended: Mapping[int, Cells]) -> pa.Table:
    """The repaired rows as a reader would give them."""
    buffer = RecordBuffer()
    for row, cells in sorted(mended.items()):
        buffer.add(row, dict(cells))
    return buffer.take()
