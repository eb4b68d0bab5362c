"""Texts as they are compared: width, case, punctuation and blanks do not count."""

from __future__ import annotations

import re
import unicodedata

GRAM = 2  # characters; docs/COLLECTION.md says how it and the threshold were measured
_NUMBER = re.compile(r"\d+")


def normalised(text: str) -> str:
    """Letters and digits in one width and case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def numbers(text: str) -> tuple[str, ...]:
    """The numbers of a text, in their order of size as written."""
    return tuple(sorted(_NUMBER.findall(unicodedata.normalize("NFKC", text))))


def grams(text: str) -> frozenset[str]:
    """The character pairs of a normalised text; of a single character that one."""
    return frozenset(text[at : at + GRAM] for at in range(max(len(text) - GRAM + 1, min(len(text), 1))))
