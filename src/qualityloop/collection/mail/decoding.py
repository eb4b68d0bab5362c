"""Bytes that claim an encoding, as text: what the label says where it fits, else what fits, never an exception."""

from __future__ import annotations

import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header

# Labels that senders use for a larger encoding than the one they name.
WIDER = {
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "cp950": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "iso-2022-jp": "iso2022_jp_ext",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "utf8": "utf-8",
    "utf-8": "utf-8",
}
GUESSES = ("utf-8", "gb18030", "big5hkscs", "cp949")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
ENCODED_WORD = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=")


def text_of(raw: bytes, label: str | None) -> str:
    """`raw` as text. A label that does not fit its bytes is not believed; nothing is dropped silently."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _clean(raw.decode("utf-16", "replace"))
    if raw.startswith(codecs.BOM_UTF8):
        return _clean(raw[3:].decode("utf-8", "replace"))
    named = _codec(label)
    for name in (*((named,) if named else ()), *_guesses(raw)):
        try:
            return _clean(raw.decode(name))
        except (UnicodeDecodeError, LookupError):
            continue
    return _clean(raw.decode(named or "utf-8", "replace"))


def header_text(value: str | bytes | None) -> str:
    """A header with its encoded words (RFC 2047) read and its raw 8-bit bytes guessed; folds become blanks."""
    if value is None:
        return ""
    raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
    try:
        plain = raw.decode("ascii")
    except UnicodeDecodeError:
        plain = text_of(raw, None)
    # A character cut into two encoded words: the same encoding side by side is joined before it is read.
    plain = re.sub(r"(=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)\s+(?==\?)", r"\1", plain)
    joined: list[str] = []
    pieces: list[tuple[bytes, str]] = []

    def flush() -> None:
        if pieces:
            joined.append(text_of(b"".join(piece for piece, _ in pieces), pieces[0][1]))
            pieces.clear()

    at = 0
    for found in ENCODED_WORD.finditer(plain):
        if found.start() > at:
            flush()
            joined.append(plain[at : found.start()])
        word = _word(found)
        if word is None:
            flush()
            joined.append(found.group())
        else:
            if pieces and pieces[-1][1].lower() != word[1].lower():
                flush()
            pieces.append(word)
        at = found.end()
    flush()
    joined.append(plain[at:])
    return " ".join(_clean("".join(joined)).split())


def _word(found: re.Match[str]) -> tuple[bytes, str] | None:
    charset = found.group(1).split("*", 1)[0]  # RFC 2231 puts the language behind a star
    try:
        ((raw, _label),) = decode_header(found.group().replace(found.group(1), charset, 1))
    except (HeaderParseError, ValueError, LookupError):
        return None
    return (raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogateescape")), charset


def _codec(label: str | None) -> str | None:
    """The Python codec for a label, None where there is none or the label says nothing."""
    name = (label or "").strip().strip("\"'").lower()
    name = WIDER.get(name, name)
    try:
        return codecs.lookup(name).name if name and name not in ("unknown-8bit", "x-unknown", "binary") else None
    except (LookupError, ValueError):
        return None


def _guesses(raw: bytes) -> tuple[str, ...]:
    """Encodings worth trying. Simplified Chinese before traditional, unless the bytes look like Big5."""
    if _looks_like_big5(raw):
        return ("utf-8", "big5hkscs", "gb18030", "cp949")
    return GUESSES


def _looks_like_big5(raw: bytes) -> bool:
    """Big5 puts most second bytes into 0x40–0x7E, where GB 2312 has none; a short GBK text rarely does."""
    pairs, low, at = 0, 0, 0
    while at < len(raw) - 1:
        if 0xA1 <= raw[at] <= 0xF9:
            pairs += 1
            low += 0x40 <= raw[at + 1] <= 0x7E
            at += 2
        else:
            at += 1
    return pairs >= 4 and low / pairs > 0.25


def _clean(text: str) -> str:
    """Without what no database and no page keeps: NUL, control and half characters."""
    return CONTROLS.sub("\ufffd", text).encode("utf-8", "replace").decode()
