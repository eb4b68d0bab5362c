"""Rows that could not be used: counted by reason, and listed in a file with where each stands and how it looks."""

from __future__ import annotations

import csv
import os
import tempfile
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from qualityloop.analysis.messages import Message, message

from .source import Broken

_RAW_KEPT = 2_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows of one file were rejected, and how many; `text` of the first such row."""

    file: str
    dataset: str
    column: str | None
    text: Message
    count: int


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_FORMULA) else text


_Reasons = dict[tuple[str, str, str | None, str], tuple[Message, int]]
Mark = tuple[int, Counter[str], _Reasons]


class Rejects(ABC):
    """Counts rejected rows by file and by reason, and keeps them somewhere from where they can be taken back."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._reasons: _Reasons = {}

    @abstractmethod
    def _keep(self, file: str, dataset: str, broken: Broken) -> None:
        """Write one row."""

    @abstractmethod
    def _place(self) -> int:
        """How far has been written."""

    @abstractmethod
    def _forget(self, place: int) -> None:
        """Take back what was written since `place`."""

    def add(self, file: str, dataset: str, broken: Broken) -> None:
        """One more row that could not be used."""
        self.counts[file] += 1
        key = (file, dataset, broken.column, broken.reason.msgid)
        first, count = self._reasons.get(key, (broken.reason, 0))
        self._reasons[key] = (first, count + 1)
        self._keep(file, dataset, broken)

    def mark(self) -> Mark:
        """Where we are, to come back to."""
        return self._place(), self.counts.copy(), dict(self._reasons)

    def rewind(self, mark: Mark) -> None:
        """Forget what was added since `mark`."""
        self._forget(mark[0])
        self.counts, self._reasons = mark[1].copy(), dict(mark[2])

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why, and how often, the most frequent first."""
        found = [Reason(key[0], key[1], key[2], text, count) for key, (text, count) in self._reasons.items()]
        return tuple(sorted(found, key=lambda reason: -reason.count))


class RejectsWriter(Rejects):
    """Collects rejects in a temporary file beside `path`; `publish` puts it in place in one step."""

    def __init__(self, path: Path, language: str) -> None:
        super().__init__()
        self.path = path
        self.language = language
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        self._draft = Path(name)
        self._file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="", errors="backslashreplace")
        self._writer = csv.writer(self._file)
        header = (
            message("file"),
            message("dataset"),
            message("row"),
            message("column"),
            message("reason"),
            message("text"),
        )
        self._writer.writerow([word.in_language(language) for word in header])

    def _keep(self, file: str, dataset: str, broken: Broken) -> None:
        raw = broken.raw.replace("\0", "\\0")
        if len(raw) > _RAW_KEPT:
            raw = f"{raw[:_RAW_KEPT]} … ({len(broken.raw)})"
        cells = (
            file,
            dataset,
            str(broken.row or ""),
            broken.column or "",
            broken.reason.in_language(self.language),
            raw,
        )
        self._writer.writerow([harmless(cell) for cell in cells])

    def _place(self) -> int:
        self._file.flush()
        return self._file.tell()

    def _forget(self, place: int) -> None:
        self._file.flush()
        self._file.seek(place)
        self._file.truncate()

    def publish(self) -> Path | None:
        """Put the file in its place; where nothing was rejected, remove an earlier one and answer None."""
        self._file.close()
        if not self.counts:
            self._draft.unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)
            return None
        self._draft.chmod(0o644)
        self._draft.replace(self.path)
        return self.path

    def discard(self) -> None:
        """Leave no trace."""
        if not self._file.closed:
            self._file.close()
        self._draft.unlink(missing_ok=True)
