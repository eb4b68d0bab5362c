"""In which characters a text file is written, and its content as UTF-8."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from typing import IO

from qualityloop.analysis.messages import Message, message

UNREADABLE = "\U0010fffe"  # stands before the hexadecimal value of a byte that is no text; nobody writes it
_HANDLER = "qualityloop-mark"
_FOUR_BYTES = re.compile(rb"[\x81-\xfe][0-9][\x81-\xfe][0-9]")  # of GB18030: rare characters, and those of emoji
_CHUNK = 1 << 20


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    piece = error.object[error.start : error.end]
    return "".join(f"{UNREADABLE}\\x{byte:02x}" for byte in piece), error.end


codecs.register_error(_HANDLER, _mark)


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec's name for Python, and what is doubtful about it."""

    codec: str
    doubt: Message | None = None


def from_first_bytes(head: bytes) -> Encoding | None:
    """What a byte order mark, or UTF-16's pattern of zeros, gives away."""
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return Encoding(codec)
    even, odd = head[0::2], head[1::2]
    if len(head) >= 8:
        if odd.count(0) > 0.4 * len(odd) and even.count(0) < 0.05 * len(even):
            return Encoding("utf-16-le")
        if even.count(0) > 0.4 * len(even) and odd.count(0) < 0.05 * len(odd):
            return Encoding("utf-16-be")
    return None


def _decodes(line: bytes, codec: str) -> bool:
    try:
        line.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _paired(line: bytes) -> bool:
    """Whether the bytes above ASCII stand in runs of even length, as two-byte characters do."""
    run, even = 0, True
    for byte in _FOUR_BYTES.sub(b"", line) + b"\n":
        if byte >= 0x80:
            run += 1
        else:
            even &= run % 2 == 0
            run = 0
    return even


def from_lines(lines: list[bytes]) -> Encoding:
    """The encoding of `lines`, which all hold bytes above ASCII; UTF-8 where there are none."""
    if not lines:
        return Encoding("utf-8")
    utf8 = sum(_decodes(line, "utf-8") for line in lines)
    if 2 * utf8 >= len(lines):
        return Encoding("utf-8")
    chinese = sum(_decodes(line, "gb18030") and _paired(line) for line in lines)
    if 2 * chinese >= len(lines):
        return Encoding("gb18030")
    return Encoding(
        "cp1252" if all(_decodes(line, "cp1252") for line in lines) else "latin-1",
        message(
            "the encoding is neither UTF-8 nor GB18030; it is read as Western European (Latin-1): "
            "please look at a few names"
        ),
    )


class Transcoded(io.RawIOBase):
    """The bytes of a text file as UTF-8 without byte order mark.

    Bytes that are no text in `codec` become UNREADABLE and their hexadecimal value; `damaged` tells whether there
    were any, `zeros` whether a NUL came by.
    """

    def __init__(self, file: IO[bytes], codec: str) -> None:
        self.file = file
        self.damaged = False
        self.zeros = False
        self._utf8 = codec.lower().replace("_", "-") in {"utf-8", "utf8", "utf-8-sig"}
        self._decoder = codecs.getincrementaldecoder("utf-8-sig" if self._utf8 else codec)(_HANDLER)
        self._rest = b""
        self._at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, target: object) -> int:
        view = memoryview(target)  # type: ignore[arg-type]
        while not self._rest and not self._at_end:
            self._rest = self._next_piece()
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def _next_piece(self) -> bytes:
        piece = self.file.read(_CHUNK)
        self._at_end = not piece
        text = self._decoder.decode(piece, final=self._at_end)
        self.zeros = self.zeros or "\0" in text
        self.damaged = self.damaged or UNREADABLE in text
        return text.encode("utf-8", "replace")
