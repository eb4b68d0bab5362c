"""Rejected rows on their way: into a file while the source files are read, then into the database."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from qualityloop.analysis.files.rejects import Rejects
from qualityloop.analysis.files.source import Broken
from qualityloop.collection.models import ImportRun, RejectedRow
from qualityloop.foundation.wording import kept

LONGEST_ROW = 2 << 20  # characters of one row; what is longer is cut, the file itself stays in the store
LONGEST_NAME = 300
AT_ONCE = 2_000  # rows in one transaction


class Spool(Rejects):
    """A file of JSON lines, one per rejected row."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("w+", encoding="ascii")

    def _keep(self, file: str, dataset: str, broken: Broken) -> None:
        line = {
            "file": file[:LONGEST_NAME],
            "row": broken.row,
            "dataset": dataset,
            "column": (broken.column or "")[:LONGEST_NAME],
            "reason_key": broken.reason.msgid[:200],
            "reason_json": kept(broken.reason),
            "raw_json": raw_json(broken),
        }
        self._file.write(json.dumps(line) + "\n")

    def _place(self) -> int:
        self._file.flush()
        return self._file.tell()

    def _forget(self, place: int) -> None:
        self._file.flush()
        self._file.seek(place)
        self._file.truncate()

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows that were kept."""
        self._file.flush()
        self._file.seek(0)
        for line in self._file:
            yield json.loads(line)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def raw_json(broken: Broken) -> str:
    """The row as it came, as `RejectedRow.raw_json` keeps it."""
    if broken.cells is not None:
        text = json.dumps({"cells": broken.cells})
        if len(text) <= LONGEST_ROW:
            return text
        share = LONGEST_ROW // max(1, 8 * len(broken.cells))
        return json.dumps({"cells": {name: cell and cell[:share] for name, cell in broken.cells.items()}, "cut": True})
    return json.dumps({"text": broken.raw[: LONGEST_ROW // 8]})


def split_line(text: str, columns: Sequence[str], delimiter: str) -> dict[str, str | None]:
    """The cells of a line that has too many or too few of them; those too many stand under names of their own."""
    csv.field_size_limit(1 << 30)
    try:
        cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        cells = text.split(delimiter)
    names = [*columns, *(f"+{place}" for place in range(1, len(cells) - len(columns) + 1))]
    return dict(zip(names, [*cells, *([None] * (len(names) - len(cells)))], strict=True))


def keep_rejects(run: ImportRun, spool: Spool) -> None:
    """Put what was spooled into the database, in place of what an attempt that was broken off may have left."""
    while pks := list(run.rejects.values_list("pk", flat=True)[:AT_ONCE]):
        RejectedRow.objects.filter(pk__in=pks).delete()
    rows = spool.rows()
    while some := list(islice(rows, AT_ONCE)):
        with transaction.atomic():
            RejectedRow.objects.bulk_create([RejectedRow(run=run, **row) for row in some])
