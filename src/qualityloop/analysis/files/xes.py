"""XES event logs, read as a stream: one row per event, the attributes of its case as columns `case:…`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat

import pyarrow as pa

from qualityloop.analysis.messages import AnalysisError, Place, message

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
    size_of,
)

_CHUNK = 1 << 18
_BATCH = 20_000
_LOOKED_AT = 2_000
_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})
CASE = "case:concept:name"
ACTIVITY = "concept:name"
TIME = "time:timestamp"


class _Parser:
    """Follows the elements log / trace / event; everything else is an attribute of the one it stands in."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.rows: list[tuple[int, dict[str, str | None]]] = []
        self.empty_cases: list[str] = []
        self._path: list[str] = []
        self._case: dict[str, str | None] = {}
        self._event: dict[str, str | None] | None = None
        self._events: list[dict[str, str | None]] = []
        self._keys: list[str] = []
        self._count = 0
        self.is_log = False
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.EntityDeclHandler = self._refuse
        parser.buffer_text = True
        self.parser = parser

    def _refuse(self, *ignored: object) -> None:
        raise AnalysisError(message("the XML declares entities; such files are not read"), Place(self.file))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(" ")[2]
        if not self._path:
            if tag != "log":
                raise AnalysisError(
                    message("this is XML, but no XES event log: it begins with <{tag}>", tag=tag), Place(self.file)
                )
            self.is_log = True
        elif tag == "trace" and self._path == ["log"]:
            self._case, self._events = {}, []
        elif tag == "event" and self._path[-1] in {"trace", "log"}:
            self._event = {}
        elif tag in _VALUES and "key" in attributes:
            self._attribute(attributes)
            tag = "attribute"
        self._path.append(tag)

    def _attribute(self, attributes: dict[str, str]) -> None:
        inside = self._path[1] if len(self._path) > 1 else ""
        self._keys.append(attributes["key"])
        if inside not in {"trace", "event"}:
            return
        key = ".".join(self._keys)
        target = self._event if self._event is not None else self._case
        target[key if self._event is not None else f"case:{key}"] = attributes.get("value")

    def _end(self, tag: str) -> None:
        ended = self._path.pop()
        if ended == "attribute":
            self._keys.pop()
        elif ended == "event" and self._event is not None:
            self._events.append(self._event)
            self._event = None
            if self._path == ["log"]:
                self._finish_case()
        elif ended == "trace":
            self._finish_case()

    def _finish_case(self) -> None:
        if not self._events:
            self.empty_cases.append(self._case.get(CASE) or "")
        for event in self._events:
            self._count += 1
            self.rows.append((self._count, {**self._case, **event}))
        self._events = []


class XesSource(Source):
    """A .xes or .xes.gz file; its rows are numbered by event, counting from 1."""

    open_ended = True

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, options)
        self._file: IO[bytes] | None = None
        self._size = size_of(path)
        if not self._size:
            raise AnalysisError(message("the file is empty"), Place(self.name))
        names: dict[str, None] = {CASE: None, ACTIVITY: None, TIME: None}
        for count, (_, row) in enumerate(self._rows(lambda broken: None)):
            names.update(dict.fromkeys(row))
            if count >= _LOOKED_AT:
                break
        self.columns = tuple(names)

    def done(self) -> tuple[int, int]:
        return (position_of(self._file) if self._file and not self._file.closed else 0, self._size)

    def batches(self, broken: OnBroken) -> Iterator[pa.Table]:
        buffer = RecordBuffer(self.wanted)
        for number, row in self._rows(broken):
            buffer.add(number, row)
            if len(buffer) >= _BATCH:
                yield buffer.take()
        if len(buffer):
            yield buffer.take()

    def _rows(self, broken: OnBroken) -> Iterator[tuple[int, dict[str, str | None]]]:
        state = _Parser(self.name)
        with open_bytes(self.path) as file, damaged_gzip(self.path):
            self._file = file
            while True:
                piece = file.read(_CHUNK)
                try:
                    state.parser.Parse(piece, not piece)
                except expat.ExpatError as error:
                    raise AnalysisError(
                        message("the XML is damaged at character {position}: {reason}",
                                position=error.offset, reason=expat.ErrorString(error.code)),
                        Place(self.name, error.lineno),
                    ) from error  # fmt: skip
                for case in state.empty_cases:
                    broken(Broken(None, CASE, message("the case has no event"), case))
                state.empty_cases = []
                for number, row in state.rows:
                    if len(row) > MAX_COLUMNS or any(value and len(value) > MAX_RECORD for value in row.values()):
                        reason = message("the row is longer than {limit} MB", limit=MAX_RECORD >> 20)
                        broken(Broken(number, None, reason, str(row.get(CASE))))
                        continue
                    yield number, row
                state.rows = []
                if not piece:
                    return
