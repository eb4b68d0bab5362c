"""Kinds of files that are taken: what they are called, how they begin, whether a browser may show them."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 300  # bytes that are looked at


@dataclass(frozen=True, slots=True)
class Kind:
    """`begins`: one of these at its offset; empty where a kind has no mark. `shown`: safe inside our own pages."""

    media_type: str
    begins: tuple[tuple[int, bytes], ...] = ()
    shown: bool = False


_ZIP = ((0, b"PK\x03\x04"), (0, b"PK\x05\x06"))
_MP3 = ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2"), (0, b"\xff\xfa"))

KINDS: dict[str, Kind] = {
    "wav": Kind("audio/wav", ((8, b"WAVE"),), shown=True),
    "mp3": Kind("audio/mpeg", _MP3, shown=True),
    "ogg": Kind("audio/ogg", ((0, b"OggS"),), shown=True),
    "m4a": Kind("audio/mp4", ((4, b"ftyp"),), shown=True),
    "mp4": Kind("video/mp4", ((4, b"ftyp"),), shown=True),
    "png": Kind("image/png", ((0, b"\x89PNG\r\n\x1a\n"),), shown=True),
    "jpg": Kind("image/jpeg", ((0, b"\xff\xd8\xff"),), shown=True),
    "jpeg": Kind("image/jpeg", ((0, b"\xff\xd8\xff"),), shown=True),
    "gif": Kind("image/gif", ((0, b"GIF87a"), (0, b"GIF89a")), shown=True),
    "webp": Kind("image/webp", ((8, b"WEBP"),), shown=True),
    "pdf": Kind("application/pdf", ((0, b"%PDF-"),)),
    "docx": Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    "xlsx": Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    "xls": Kind("application/vnd.ms-excel", ((0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),)),
    "zip": Kind("application/zip", _ZIP),
    "gz": Kind("application/gzip", ((0, b"\x1f\x8b"),)),
    "parquet": Kind("application/vnd.apache.parquet", ((0, b"PAR1"),)),
    "csv": Kind("text/csv"),
    "tsv": Kind("text/tab-separated-values"),
    "txt": Kind("text/plain"),
    "json": Kind("application/json"),
    "html": Kind("text/html"),
    "jsonl": Kind("application/jsonl"),
    "ndjson": Kind("application/jsonl"),
    "xes": Kind("application/xml"),
    "yaml": Kind("application/yaml"),
    "yml": Kind("application/yaml"),
    "eml": Kind("message/rfc822"),
}


def ending(name: str) -> str:
    """The last ending of a file name, in small letters; empty where there is none."""
    _stem, dot, last = name.rpartition(".")
    return last.lower() if dot else ""


def fits(kind: Kind, head: bytes) -> bool:
    """Whether a file that begins with `head` can be of this kind."""
    return not kind.begins or any(head[at : at + len(mark)] == mark for at, mark in kind.begins)
