"""Texts of the OpenAPI document: English in it, and in the reader's language on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.text import capfirst

_SPOKEN: dict[str, Callable[[], str]] = {}
KEYS = frozenset({"summary", "description", "title", "tags"})


def spoken(text: Promise | Callable[[], str]) -> str:
    """The English of a lazy text, which `in_language` later says in another language."""
    if isinstance(text, Promise):
        english = str(vars(text)["_args"][0])  # the msgid; nothing can be translated while Django still loads
        _SPOKEN[english] = text.__str__
    else:
        with translation.override("en"):
            english = text()
        _SPOKEN[english] = text
    return english


def in_language(schema: Any, language: str) -> Any:
    """A copy of a schema with its texts in `language`."""
    with translation.override(language):
        return _said(schema)


def _said(thing: Any, key: str = "") -> Any:
    if isinstance(thing, dict):
        return {name: _said(value, name) for name, value in thing.items()}
    if isinstance(thing, list):
        return [_said(item, key) for item in thing]
    return capfirst(_SPOKEN[thing]()) if key in KEYS and isinstance(thing, str) and thing in _SPOKEN else thing
