"""From a text to tokens, with sqlglot's tokenizer: nothing is skipped, every token keeps its place."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from sqlglot import Tokenizer, TokenType
from sqlglot.errors import TokenError

from qualityloop.analysis.indicators.language.errors import FormulaError
from qualityloop.analysis.messages import message

MAX_LENGTH = 10_000
MAX_DIGITS = 15  # what a double holds exactly

Kind = Literal["number", "text", "name", "word", "symbol", "end"]
WORDS = frozenset({"AND", "OR", "NOT", "IN", "BETWEEN", "IS", "NULL", "LIKE", "TRUE", "FALSE"})
SYMBOLS = {"=", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "(", ")", ","}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_WIDE = {chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)} | {
    "‘": "'",
    "’": "'",
    "“": "'",
    "”": "'",
    "\u3000": " ",
    "≤": "<=",
    "≥": ">=",
    "≠": "<>",
    "×": "*",
    "÷": "/",
    "、": ",",
    "。": ".",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the text. `value` is what it means: upper case for words, the inside of a quoted text."""

    kind: Kind
    value: str
    start: int
    end: int
    quoted: bool = False


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, closed by one of kind "end"; FormulaError at whatever is no part of the language."""
    _refuse_control_characters(text)
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            message(
                "A formula may have up to {limit} characters; this one has {length}.",
                limit=MAX_LENGTH,
                length=len(text),
            ),
            MAX_LENGTH,
            len(text) - MAX_LENGTH,
        )
    try:
        raw = Tokenizer().tokenize(text)
    except TokenError:
        raise _unclosed(text) from None
    tokens: list[Token] = []
    position = 0
    for token in raw:
        _refuse_gap(text, position, token.start)
        tokens.append(_token(text, token.token_type, token.text, token.start, token.end + 1))
        position = token.end + 1
    _refuse_gap(text, position, len(text))
    return [*_joined(tokens), Token("end", "", len(text), len(text))]


def _refuse_control_characters(text: str) -> None:
    for position, character in enumerate(text):
        if character not in "\t\n\r" and unicodedata.category(character) in ("Cc", "Cs"):
            raise FormulaError(
                message("The character U+{code} is not allowed.", code=f"{ord(character):04X}"), position, 1
            )


def _refuse_gap(text: str, start: int, end: int) -> None:
    """Between two tokens only blanks may stand; the tokenizer skips comments silently."""
    gap = text[start:end]
    rest = gap.lstrip(" \t\n\r")
    if rest:
        position = end - len(rest)
        raise _unexpected(text, position, len(rest.rstrip()))


def _unclosed(text: str) -> FormulaError:
    wide = next((i for i, c in enumerate(text) if c in _WIDE), None)
    quote = next((i for i, c in enumerate(text) if c in "'\"`"), None)
    if wide is not None and (quote is None or wide < quote):
        return _unexpected(text, wide, 1)
    if quote is None:
        return FormulaError(message("This is no formula."), 0, len(text))
    return FormulaError(message("A quotation mark is opened and not closed."), quote, len(text) - quote)


def _unexpected(text: str, position: int, length: int) -> FormulaError:
    part = text[position : position + length]
    for offset, character in enumerate(part):
        if character in _WIDE:
            return FormulaError(
                message(
                    "“{character}” is a full-width character; formulas are written half-width.", character=character
                ),
                position + offset,
                1,
                _WIDE[character],
            )
    if part.startswith(("--", "/*", "#", "{#")):
        return FormulaError(message("Comments are not allowed in a formula."), position, length)
    if part == "." and text[position + 1 : position + 2].isdigit():
        return FormulaError(message("A number begins with a digit."), position, 1, "0.")
    shown = part if len(part) <= 40 else part[:40] + "…"
    return FormulaError(
        message("“{part}” is not part of the formula language.", part=shown),
        position,
        length,
        {"==": "=", "&&": "AND", "&": "AND", "||": "OR", "|": "OR", "!": "NOT"}.get(part),
    )


def _token(text: str, kind: TokenType, value: str, start: int, end: int) -> Token:
    written = text[start:end]
    if kind == TokenType.STRING and written.startswith("'"):
        if any(c in value for c in "\t\n\r"):
            raise FormulaError(message("A text may not contain tabs or line breaks."), start, end - start)
        return Token("text", value, start, end)
    if kind == TokenType.IDENTIFIER and written.startswith('"'):
        return Token("name", value, start, end, quoted=True)
    if kind == TokenType.NUMBER and _NUMBER.fullmatch(written):
        return Token("number", written, start, end)
    if written.upper() in WORDS:
        return Token("word", written.upper(), start, end)
    if _NAME.fullmatch(written) and kind != TokenType.STRING:
        return Token("name", written, start, end)
    if written in SYMBOLS:
        return Token("symbol", "<>" if written == "!=" else written, start, end)
    raise _unexpected(text, start, end - start)


def _joined(tokens: list[Token]) -> list[Token]:
    """The tokenizer reads “.5” as two tokens and “5min” as a number and a name: join or refuse."""
    for left, right in pairwise(tokens):
        if (
            left.end == right.start
            and left.kind in ("number", "text")
            and right.kind in ("number", "name", "word", "text")
        ):
            raise FormulaError(
                message(
                    "A blank or an operator is missing between “{left}” and “{right}”.",
                    left=left.value,
                    right=right.value,
                ),
                left.start,
                right.end - left.start,
            )
    return tokens
