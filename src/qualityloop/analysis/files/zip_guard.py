"""Looks into a zip container (xlsx, ods) before anybody opens it: what it unpacks to, and how large its sheets are."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from qualityloop.analysis.messages import AnalysisError, Message, Place, message

MAX_UNPACKED = 1 << 30  # bytes; a full sheet of a million rows and twenty columns needs about as much
_SUSPICIOUS = 64 << 20
_RATIO = 200
_MAX_CELLS = 60_000_000
_CHUNK = 1 << 20
_ROW_NUMBER = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=\"(\d+)\"")
_CELL_COLUMN = re.compile(rb"\br=\"([A-Z]{1,3})\d")
_REPEATED = re.compile(rb"table:number-(rows|columns)-repeated=\"(\d+)\"")
_LOCAL_HEADER = 30


def check_container(path: Path) -> None:
    """Refuse a container that unpacks to more than memory should hold. Nothing is unpacked to disk."""
    try:
        with zipfile.ZipFile(path) as container, path.open("rb") as raw:
            members = container.infolist()
            declared = sum(member.file_size for member in members)
            packed = max(1, sum(member.compress_size for member in members))
            if declared > MAX_UNPACKED or (declared > _SUSPICIOUS and declared > _RATIO * packed):
                raise AnalysisError(_too_large(declared), Place(path.name))
            for member in members:
                if member.flag_bits & 1:
                    raise AnalysisError(message("the file is protected by a password"), Place(path.name))
                _check_member(path, raw, member)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
        raise AnalysisError(
            message("the workbook is damaged: {reason}", reason=str(error)), Place(path.name)
        ) from error


def _too_large(size: int) -> Message:
    return message("the workbook would unpack to {size} MB; it is not opened", size=size >> 20)


def _check_member(path: Path, raw: IO[bytes], member: zipfile.ZipInfo) -> None:
    is_sheet = "worksheets/" in member.filename and member.filename.endswith(".xml")
    is_ods = member.filename == "content.xml"
    last_row, columns, unpacked, tail = 0, set[bytes](), 0, b""
    for piece in _unpacked(raw, member):
        unpacked += len(piece)
        if unpacked > member.file_size:
            raise AnalysisError(message("the workbook is damaged: its sizes are not what it says"), Place(path.name))
        if is_sheet:
            whole = tail + piece
            columns.update(_CELL_COLUMN.findall(whole))
            last_row = max([last_row, *map(int, _ROW_NUMBER.findall(whole))])
            tail = whole[-256:]
        elif is_ods:
            whole = tail + piece
            _check_repeats(whole, path)
            tail = whole[-256:]
    width = max((_column_number(name) for name in columns), default=0)
    if last_row * width > _MAX_CELLS:
        raise AnalysisError(
            message("the sheet spans {rows} rows and {columns} columns; more than {limit} cells are not read",
                    rows=last_row, columns=width, limit=_MAX_CELLS),
            Place(path.name),
        )  # fmt: skip


def _check_repeats(text: bytes, path: Path) -> None:
    """A cell that says “repeat me” millions of times; LibreOffice writes large numbers only for the empty rest."""
    product = 1
    for match in _REPEATED.finditer(text):
        if match[2].isdigit() and int(match[2]) > 20_000 and b"office:value" in text[match.end() : match.end() + 200]:
            product *= int(match[2])
    if product > 1:
        raise AnalysisError(
            message("one cell of the sheet repeats itself {count} times; it is not opened", count=product),
            Place(path.name),
        )


def _column_number(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


def _unpacked(raw: IO[bytes], member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's content in pieces, whatever its directory entry says about its size."""
    raw.seek(member.header_offset)
    header = raw.read(_LOCAL_HEADER)
    raw.seek(member.header_offset + _LOCAL_HEADER + int.from_bytes(header[26:28], "little")
             + int.from_bytes(header[28:30], "little"))  # fmt: skip
    left = member.compress_size
    if member.compress_type == zipfile.ZIP_STORED:
        while left > 0 and (piece := raw.read(min(left, _CHUNK))):
            left -= len(piece)
            yield piece
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile(f"compression {member.compress_type}")
    inflater = zlib.decompressobj(-15)
    while not inflater.eof:
        packed = inflater.unconsumed_tail
        if not packed:
            packed = raw.read(min(left, _CHUNK))
            left -= len(packed)
            if not packed:
                return
        if piece := inflater.decompress(packed, _CHUNK):
            yield piece
