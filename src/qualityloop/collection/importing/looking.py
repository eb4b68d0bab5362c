"""Looking at the files of an import: what is in them, what is odd, a mapping to start from, and rows to show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from qualityloop.analysis.files.formats import open_source
from qualityloop.analysis.files.inspection import first_rows, inspect_files
from qualityloop.analysis.files.mapping import Mapping, TableRule, matching
from qualityloop.analysis.files.mapping_loading import parse_mapping
from qualityloop.analysis.files.source import ROW, Progress, ReadOptions
from qualityloop.analysis.files.tabular_text import TextSource
from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.collection.importing.headers import fingerprint, merged
from qualityloop.collection.importing.workshop import opened
from qualityloop.collection.models import ImportRun
from qualityloop.foundation.wording import kept

SAMPLE_ROWS = 100
LONGEST_CELL = 1_000  # characters shown of a cell
NAME = "mapping"  # what messages call the mapping of a page


def look(run: ImportRun, progress: Progress | None = None) -> tuple[Mapping, dict[str, Any]]:
    """A proposed mapping, and what there is to know about the files, as `ImportRun.found` keeps it."""
    problems: dict[str, str] = {}

    def unreadable(path: Path, error: AnalysisError) -> None:
        problems[path.name] = kept(error.text)

    with opened(run) as shop:
        inspection = inspect_files(shop.files, progress=progress, unreadable=unreadable)
        mapping = merged(inspection.mapping)
        found = {
            "notes": [kept(note) for note in inspection.notes],
            "problems": problems,
            "headers": {},
            "samples": {},
            "incomplete": {name: list(columns) for name, columns in inspection.incomplete.items()},
        }
        add_samples(mapping, shop.files, found)
    return mapping, found


def draft_of(run: ImportRun) -> Mapping:
    """The mapping as far as it is; AnalysisError with the line that is wrong."""
    return parse_mapping(run.mapping, NAME, draft=True)


def sample_key(file: str, read: ReadOptions) -> str:
    """Under which name the sample of a table is kept."""
    return json.dumps([file, *asdict(read).values()], ensure_ascii=False)


def add_samples(mapping: Mapping, files: Sequence[Path], found: dict[str, Any]) -> None:
    """Take rows of the first file of every table (as it is to be read) that has none yet, and all headers."""
    for part in ("headers", "samples", "problems"):
        found.setdefault(part, {})
    for table in mapping.tables:
        for place, file in enumerate(matching(table.files, files)):
            if file.name in found["headers"] and (place or sample_key(file.name, table.read) in found["samples"]):
                continue
            try:
                sample = _sample(file, table.read)
            except AnalysisError as error:
                found["problems"][file.name] = kept(error.text)
                continue
            found["headers"][file.name] = fingerprint(sample["columns"])
            if not place:
                found["samples"][sample_key(file.name, table.read)] = sample
    for file in files:
        if file.name not in found["headers"] and file.name not in found["problems"]:
            try:
                found["headers"][file.name] = fingerprint(open_source(file).columns)
            except AnalysisError as error:
                found["problems"][file.name] = kept(error.text)


def sample_of(table: TableRule, found: dict[str, Any]) -> dict[str, Any] | None:
    """The rows taken of a table; None where none could be."""
    for key, sample in found.get("samples", {}).items():
        file, *read = json.loads(key)
        if read == list(asdict(table.read).values()) and matching(table.files, [Path(file)]):
            return sample  # type: ignore[no-any-return]
    return None


def _sample(file: Path, read: ReadOptions) -> dict[str, Any]:
    source = open_source(file, read)
    table, _more, _broken = first_rows(source, SAMPLE_ROWS)
    rows = table.slice(0, SAMPLE_ROWS).to_pylist()
    columns = [name for name in table.column_names if name != ROW]
    return {
        "file": file.name,
        "source": source.name,
        "delimiter": source.shape.delimiter if isinstance(source, TextSource) else ",",
        "columns": columns,
        "rows": [[row[ROW], [_shortened(row[name]) for name in columns]] for row in rows],
    }


def _shortened(cell: str | None) -> str | None:
    return cell if cell is None or len(cell) <= LONGEST_CELL else cell[:LONGEST_CELL] + " …"


NOTHING_READABLE = message("none of the files can be read")
