"""Which reader a file needs, told by its first bytes before its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qualityloop.analysis.messages import AnalysisError, Place, message

from .columnar import ParquetSource
from .json_lines import JsonLinesSource
from .source import ReadOptions, Source, is_gzip, read_head
from .tabular_text import TextSource
from .workbook import SheetSource
from .xes import XesSource

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SUFFIXES = (
    ".csv",
    ".tsv",
    ".txt",
    ".psv",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".ods",
    ".parquet",
    ".jsonl",
    ".ndjson",
    ".json",
    ".xes",
)


def kind_of(path: Path) -> str:
    """ "text", "workbook", "parquet", "json" or "xes"; AnalysisError for what is none of them."""
    if not path.is_file():
        raise AnalysisError(message("there is no such file"), Place(str(path)))
    head = read_head(path, 4096)
    if not head:
        raise AnalysisError(message("the file is empty"), Place(path.name))
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"PK\x03\x04", _OLE)):
        if is_gzip(path):
            raise AnalysisError(message("a workbook inside a gz file is not read; unpack it first"), Place(path.name))
        return "workbook"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        return "json"
    if start.startswith((b"<?xml", b"<log", b"<!DOCTYPE")):
        return "xes"
    if start.startswith(b"[") and ".json" in path.name:
        raise AnalysisError(
            message("this is one JSON list; write one record per line instead (JSON lines)"), Place(path.name)
        )
    for magic in (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"SQLite format 3", b"\x7fELF", b"7z\xbc\xaf", b"Rar!"):
        if head.startswith(magic):
            raise AnalysisError(
                message("this is no table: neither text, workbook, Parquet, JSON lines nor XES"), Place(path.name)
            )
    return "text"


def open_source(path: Path, options: ReadOptions | None = None) -> Source:
    """The reader for the file at `path`."""
    readers: dict[str, Callable[[Path, ReadOptions], Source]] = {
        "text": TextSource,
        "workbook": SheetSource,
        "parquet": ParquetSource,
        "json": JsonLinesSource,
        "xes": XesSource,
    }
    return readers[kind_of(path)](path, options or ReadOptions())


def table_files(paths: list[Path]) -> list[Path]:
    """The files among `paths`, folders opened; in a folder only files that look like tables, sorted by name."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (p for p in sorted(path.rglob("*")) if p.is_file() and not p.name.startswith((".", "~$")))
            found += [p for p in inside if p.name.lower().removesuffix(".gz").endswith(SUFFIXES)]
        elif path.exists():
            found.append(path)
        else:
            raise AnalysisError(message("there is no such file"), Place(str(path)))
    return list(dict.fromkeys(found))
