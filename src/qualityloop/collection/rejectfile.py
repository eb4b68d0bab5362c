"""Rejected rows as a file for a spreadsheet, and the file back again with what was put right in it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.files.formats import open_source
from qualityloop.analysis.files.inspection import first_rows
from qualityloop.analysis.files.source import ROW
from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.collection.models import ImportRun, RejectedRow
from qualityloop.foundation.export import Cell, safe_text
from qualityloop.foundation.wording import shown

ID, HEAD = "#id", ("#id", "#file", "#row", "#dataset", "#column", "#reason")
MOST_ROWS = 200_000
AT_ONCE = 1_000


def header_of(run: ImportRun, rows: Iterable[RejectedRow]) -> list[str]:
    """The columns of the file: ours, then those of the imported files in their order."""
    names: dict[str, None] = {}
    for sample in run.found.get("samples", {}).values():
        names.update(dict.fromkeys(sample["columns"]))
    for row in rows:
        names.update(dict.fromkeys(cells_of(run, row)))
    return [*HEAD, *names]


def cells_of(run: ImportRun, reject: RejectedRow) -> dict[str, str | None]:
    """The cells of a row; one that could not be split is split here as well as it goes."""
    from qualityloop.collection.importing.spool import split_line

    if reject.repaired_json or reject.cells:
        return reject.repaired
    for sample in run.found.get("samples", {}).values():
        if sample["source"] == reject.file or sample["file"] == reject.file:
            return split_line(reject.text, sample["columns"], sample.get("delimiter", ","))
    return {"text": reject.text}


def with_changes(cells: dict[str, str | None], changes: Mapping[str, str | None]) -> dict[str, str | None]:
    """The cells with new texts; a surplus one (`+1`) goes where its text is empty, the others stay as they are."""
    found: dict[str, str | None] = {}
    for name, cell in cells.items():
        text = (changes.get(name, cell) or "").replace("\r\n", "\n")
        if name.startswith("+") and not text:
            continue
        found[name] = cell if text == (cell or "") else text
    return found


def lines(run: ImportRun, rows: Iterable[RejectedRow], header: list[str], language: str) -> Iterator[list[Cell]]:
    """The rows of the file."""
    for row in rows:
        cells = cells_of(run, row)
        dataset, reason = DATASETS[row.dataset].label.in_language(language), shown(row.reason_json, language)
        own: list[Cell] = [row.pk, row.file, row.row, dataset, row.column, reason]
        yield [*own, *(cells.get(name) for name in header[len(HEAD) :])]


def changes(run: ImportRun, name: str, content: bytes) -> list[tuple[RejectedRow, dict[str, str | None]]]:
    """The rows of a file that came back, with their new cells; only those in which something was changed."""
    with tempfile.TemporaryDirectory(prefix="qualityloop-rejects-") as folder:
        path = Path(folder) / (Path(name).name or "rejects.csv")
        path.write_bytes(content)
        table, more, _broken = first_rows(open_source(path), MOST_ROWS)
    if ID not in table.column_names:
        raise AnalysisError(message("this is not the file of rejected rows: the column {name} is missing", name=ID),
                            Place(name))  # fmt: skip
    if more:
        raise AnalysisError(message("the file has more than {count} rows", count=MOST_ROWS), Place(name))
    given = {row[ID]: row for row in table.to_pylist() if (row[ID] or "").isdigit()}
    found = []
    numbers = [int(number) for number in given if len(number) < 19]
    for start in range(0, len(numbers), AT_ONCE):
        for reject in run.rejects.filter(pk__in=numbers[start : start + AT_ONCE]):
            if reject.is_open and (cells := _changed(run, reject, given[str(reject.pk)])) is not None:
                found.append((reject, cells))
    return found


def _changed(run: ImportRun, reject: RejectedRow, row: dict[str, str | None]) -> dict[str, str | None] | None:
    before = cells_of(run, reject)
    after = dict(before)
    for name, cell in before.items():
        if name in row and name != ROW and (row[name] or "") not in (cell or "", safe_text(cell or "")):
            after[name] = _unsafe(row[name] or "")
    extra = {name for name in after if name.startswith("+")} if after != before else set()
    for name in extra:
        if not after[name]:
            del after[name]
    return after if after != before else None


def _unsafe(text: str) -> str:
    """A cell without the mark that kept a spreadsheet from computing it."""
    return text[1:] if text.startswith("'") and safe_text(text[1:]) == text else text
