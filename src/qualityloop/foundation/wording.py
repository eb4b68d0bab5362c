"""Sentences that are written now and read later, by readers of either language."""

from __future__ import annotations

import json

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise

from qualityloop.analysis.datasets.values import known_value
from qualityloop.analysis.messages import Message, Text

Words = str | Promise | Message | Text
CODES = {"zh": "zh-hans", "en": "en"}


def language() -> str:
    """The language of the page, "zh" or "en", as the core names it."""
    return "zh" if (translation.get_language() or settings.LANGUAGE_CODE).startswith("zh") else "en"


def in_language(words: Words, language: str) -> str:
    """`words` as a reader of `language` ("zh…", or anything else for English) reads them."""
    if isinstance(words, Message | Text):
        return words.in_language(language)
    if isinstance(words, Promise):
        with translation.override("zh-hans" if language.startswith("zh") else "en"):
            return str(words)
    return words


def kept(words: Words) -> str:
    """`words` as a column keeps them: plain text as it is, what can be translated in every language."""
    if isinstance(words, str):
        return json.dumps(words, ensure_ascii=False) if words else ""
    return json.dumps({key: in_language(words, code) for key, code in CODES.items()}, ensure_ascii=False)


def shown(text: str, language: str = "") -> str:
    """What `kept` kept, for a reader of `language` (empty: of the page that is being made)."""
    if not text:
        return ""
    words = json.loads(text)
    if isinstance(words, str):
        return words
    asked = language or translation.get_language() or settings.LANGUAGE_CODE
    return str(words["zh" if asked.startswith("zh") else "en"])


def value_word(column: str, value: str) -> str:
    """What a value of a column is called on pages: `phone` is 电话; the organisation's own words stay as they are."""
    known = known_value(column, value)
    return known.in_language(language()) if known else value
