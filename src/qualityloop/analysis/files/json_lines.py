"""JSON lines: one record per line; nested names joined with a point; a list of records may be exploded into rows."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from qualityloop.analysis.messages import AnalysisError, Place, message

from .encodings import UNREADABLE, Transcoded, from_first_bytes
from .source import (
    MAX_COLUMNS,
    MAX_RECORD,
    Broken,
    OnBroken,
    ReadOptions,
    RecordBuffer,
    Source,
    damaged_gzip,
    open_bytes,
    position_of,
    read_head,
    size_of,
)

_BATCH = 20_000
_LOOKED_AT = 2_000
_KEPT = 10_000
_MAX_LINE = 16 * MAX_RECORD
_DEPTH = 20


class JsonLinesSource(Source):
    """A file of JSON records, one a line; `explode` names the list whose members become the rows."""

    open_ended = True

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, options)
        head = read_head(path, 4096)
        if not head.strip():
            raise AnalysisError(message("the file is empty"), Place(self.name))
        known = from_first_bytes(head)
        self._codec = options.encoding or (known.codec if known else "utf-8")
        self._file: IO[bytes] | None = None
        self._size = size_of(path)
        self.lists: dict[str, int] = {}
        names: dict[str, None] = {}
        for count, (_, row) in enumerate(self._records(lambda broken: None)):
            names.update(dict.fromkeys(row))
            if count >= _LOOKED_AT:
                break
        if len(names) > MAX_COLUMNS:
            raise AnalysisError(
                message(
                    "the table has {count} columns; more than {limit} cannot be meant",
                    count=len(names),
                    limit=MAX_COLUMNS,
                ),
                Place(self.name),
            )
        self.columns = tuple(names)

    def done(self) -> tuple[int, int]:
        return (position_of(self._file) if self._file and not self._file.closed else 0, self._size)

    def batches(self, broken: OnBroken) -> Iterator[pa.Table]:
        buffer = RecordBuffer(self.wanted)
        for number, row in self._records(broken):
            buffer.add(number, row)
            if len(buffer) >= _BATCH:
                yield buffer.take()
        if len(buffer):
            yield buffer.take()

    def _records(self, broken: OnBroken) -> Iterator[tuple[int, dict[str, str | None]]]:
        with open_bytes(self.path) as file, damaged_gzip(self.path):
            self._file = file
            lines = io.BufferedReader(Transcoded(file, self._codec), 1 << 20)
            number = 0
            while line := lines.readline(_MAX_LINE):
                number += 1
                if len(line) == _MAX_LINE and not line.endswith(b"\n"):
                    while (rest := lines.readline(_MAX_LINE)) and not rest.endswith(b"\n"):
                        pass
                    reason = message("the row is longer than {limit} MB", limit=_MAX_LINE >> 20)
                    broken(Broken(number, None, reason, line[:_KEPT].decode("utf-8", "replace")))
                    continue
                yield from self._rows_of(line.decode("utf-8", "replace").strip(), number, broken)

    def _rows_of(self, line: str, number: int, broken: OnBroken) -> Iterator[tuple[int, dict[str, str | None]]]:
        if not line:
            return
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            where = getattr(error, "colno", 1)
            reason = message("no JSON record: the mistake is near character {position}", position=where)
            broken(Broken(number, None, reason, line[:_KEPT].replace(UNREADABLE, "")))
            return
        if not isinstance(record, dict):
            broken(Broken(number, None, message("the line is JSON, but no record in braces"), line[:_KEPT]))
            return
        if UNREADABLE in line:
            reason = message("bytes that are no text in the file's encoding")
            broken(Broken(number, None, reason, line[:_KEPT].replace(UNREADABLE, "")))
            return
        if "\\u0000" in line or "\0" in line:
            broken(Broken(number, None, message("a NUL character stands in the text"), line[:_KEPT]))
            return
        for row in self._exploded(record):
            yield number, row

    def _is_wanted(self, key: str) -> bool:
        """Whether a top-level key, or anything below it, is asked for."""
        return self.wanted is None or any(name == key or name.startswith(f"{key}.") for name in self.wanted)

    def _exploded(self, record: dict[str, Any]) -> Iterator[dict[str, str | None]]:
        explode = self.options.explode
        if not explode:
            for key, value in record.items():
                if isinstance(value, list) and value and isinstance(value[0], dict):
                    self.lists[key] = self.lists.get(key, 0) + len(value)
            yield flatten(record)
            return
        outer = flatten({key: value for key, value in record.items() if key != explode and self._is_wanted(key)})
        members = record.get(explode)
        for position, member in enumerate(members if isinstance(members, list) else [], 1):
            inner = flatten(member) if isinstance(member, dict) else {"value": json_text(member)}
            yield {
                **outer,
                f"{explode}.#": str(position),
                **{f"{explode}.{key}": value for key, value in inner.items()},
            }


def json_text(value: object) -> str | None:
    """A JSON value as a cell; null and absent are the same."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def flatten(record: dict[str, Any], prefix: str = "", depth: int = 0) -> dict[str, str | None]:
    """Nested records as one level: {"a": {"b": 1}} → {"a.b": "1"}."""
    flat: dict[str, str | None] = {}
    for key, value in record.items():
        if isinstance(value, dict) and value and depth < _DEPTH:
            flat.update(flatten(value, f"{prefix}{key}.", depth + 1))
        else:
            flat[f"{prefix}{key}"] = json_text(value)
    return flat
