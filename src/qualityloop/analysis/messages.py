"""Text that a person will read, in whichever language they chose.

The core raises and returns `Message`s: an English msgid with its parameters. They are translated when they
are shown, with the same gettext catalogue as the pages (`locale/zh_Hans/LC_MESSAGES/django.mo`).
"""

from __future__ import annotations

import gettext as _gettext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"
DOMAIN = "django"
LANGUAGES = ("zh", "en")


def gettext_noop(text: str) -> str:
    """Mark `text` for extraction; translate nothing."""
    return text


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    if language.startswith("zh"):
        return _gettext.translation(DOMAIN, LOCALE_DIR, languages=["zh_Hans"], fallback=True)
    return _gettext.NullTranslations()


@dataclass(frozen=True, slots=True)
class Text:
    """A name that its author wrote in both languages, such as an indicator's."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The wording for `language` ("zh…" or anything else for English); the other one where it is empty."""
        return (self.zh or self.en) if language.startswith("zh") else (self.en or self.zh)


@dataclass(frozen=True, slots=True)
class Message:
    """An English msgid with `{name}` parameters; parameters may be Messages or Texts themselves."""

    msgid: str
    params: dict[str, Any] = field(default_factory=dict)

    def in_language(self, language: str) -> str:
        """The sentence in `language`, parameters filled in."""
        params = {
            key: value.in_language(language) if isinstance(value, Message | Text) else value
            for key, value in self.params.items()
        }
        template = _catalogue(language).gettext(self.msgid)
        return template.format(**params) if params else template

    def __str__(self) -> str:
        return self.in_language("en")


def message(msgid: str, /, **params: Any) -> Message:
    """Shorthand for `Message(msgid, params)`; the extractor knows this name."""
    return Message(msgid, params)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the user's input something is wrong. Rows count from 1, the header row included."""

    file: str | None = None
    row: int | None = None
    column: str | None = None


class AnalysisError(Exception):
    """Something the user can put right: says what, and where. Never a programming error."""

    def __init__(self, text: Message, place: Place | None = None) -> None:
        super().__init__(str(text))
        self.text = text
        self.place = place or Place()

    def in_language(self, language: str) -> str:
        """The message, led by file, row and column where they are known."""
        sentence = self.text.in_language(language)
        where = []
        if self.place.file:
            where.append(self.place.file)
        if self.place.row is not None:
            where.append(message("row {row}", row=self.place.row).in_language(language))
        if self.place.column:
            where.append(message("column “{column}”", column=self.place.column).in_language(language))
        return f"{', '.join(where)}: {sentence}" if where else sentence
