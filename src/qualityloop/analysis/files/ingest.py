"""From files and a mapping to a lake: good rows go in, every other row is in the rejects file."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from qualityloop.analysis.lake import Lake, LakeWriter
from qualityloop.analysis.messages import AnalysisError, Message, Place, message

from .formats import table_files
from .mapping import Mapping
from .reading import Reading
from .rejects import Reason, RejectsWriter
from .source import Progress


@dataclass(frozen=True, slots=True)
class Ingested:
    """A lake, and what did not get into it.

    `rejects` counts rejected rows by file, `reasons` says why; `notes` tells what was changed on the way
    (repeated rows dropped, day and month exchanged, values left empty).
    """

    lake: Lake
    rows: dict[str, int] = field(default_factory=dict)
    rejects: dict[str, int] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    rejects_path: Path | None = None
    notes: tuple[Message, ...] = ()
    duplicates: dict[str, int] = field(default_factory=dict)
    exchanged: dict[str, int] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        """Rows that are not in the lake."""
        return sum(self.rejects.values())

    def to_json(self) -> dict[str, Any]:
        """What the report says about rows that were not used."""
        return {
            "rows": self.rejected,
            "files": dict(self.rejects),
            "reasons": [
                {
                    "file": reason.file,
                    "dataset": reason.dataset,
                    "column": reason.column,
                    "count": reason.count,
                    "reason": {"zh": reason.text.in_language("zh"), "en": reason.text.in_language("en")},
                }
                for reason in self.reasons
            ],
            "duplicates": dict(self.duplicates),
        }


def ingest(
    paths: Sequence[Path] | Path,
    mapping: Mapping | None = None,
    lake: Path | None = None,
    *,
    progress: Progress | None = None,
    language: str = "zh",
    rejects: Path | None = None,
    memory_limit: str | None = None,
) -> Ingested:
    """Read `paths` (files or folders) as `mapping` says and write the lake.

    A folder that already is a lake is opened as it is. Without a mapping one is proposed by looking at the files.
    The rejects go to `rejects`, or to `<lake>.rejects.csv` beside the lake.
    """
    given = [paths] if isinstance(paths, Path) else list(paths)
    if len(given) == 1 and Lake.exists(given[0]):
        return Ingested(Lake.open(given[0]), rows={n: d.rows for n, d in Lake.open(given[0]).datasets.items()})
    if lake is None:
        raise ValueError("where is the lake to be?")
    files = table_files(given)
    if not files:
        raise AnalysisError(message("there is no file to read"), Place(str(given[0]) if given else None))
    if mapping is None:
        from .inspection import inspect_files

        mapping = inspect_files(files).require_complete()
    writer = RejectsWriter(rejects or lake.with_name(f"{lake.name}.rejects.csv"), language)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="qualityloop-") as temp,
            Reading(files, mapping, writer, temp=Path(temp), progress=progress, memory_limit=memory_limit) as reading,
        ):
            reading.read()
            return _written(reading, writer, lake, memory_limit)
    except duckdb.OutOfMemoryException as error:
        raise AnalysisError(message("not enough memory; give more with --memory, or fewer columns in --by")) from error
    finally:
        writer.discard()


def _written(reading: Reading, rejects: RejectsWriter, lake: Path, memory_limit: str | None) -> Ingested:
    """Put what waits into the lake, and the rejects into their place."""
    counts, mapping = reading.rows, reading.mapping
    if not any(counts.values()):
        raise AnalysisError(reading.nothing(), Place(", ".join(reading.source_names)))
    with LakeWriter(lake, zone=mapping.zone, calendar=mapping.calendar, memory_limit=memory_limit) as writer:
        for name in counts:
            if counts[name]:
                writer.write(name, reading.finished(name))
        opened = writer.commit()
    path = rejects.publish()
    if reading.progress:
        reading.progress(reading.size, reading.size)
    notes = tuple(reading.notes())
    return Ingested(
        opened, counts, dict(rejects.counts), rejects.reasons, path, notes, reading.duplicates, reading.exchanged
    )
