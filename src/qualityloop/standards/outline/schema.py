"""What can be written into a document: fields and lists within lists, declared once per kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

Words = str | Promise
FieldKind = Literal["text", "area", "both", "both_area", "number", "choice", "flag", "lines", "raci", "checks"]


@dataclass(frozen=True, slots=True)
class Field:
    """One entry. `wide` of twelve columns; `options` of a choice as (value, words); `datalist` names the suggestions.

    `default`: what a flag means where the content does not say.
    """

    name: str
    label: Words
    kind: FieldKind = "text"
    wide: int = 3
    options: tuple[tuple[str, Words], ...] = ()
    hint: Words = ""
    datalist: str = ""
    default: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Fields and lists that belong together: the document itself, or one entry of a list."""

    fields: tuple[Field, ...]
    lists: tuple[Listed, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of entries that can be added, moved and removed. `prefix` begins the keys of new ones.

    `titled`: the field that heads an entry; `folded`: entries are shown closed.
    """

    name: str
    label: Words
    one: Words
    entry: Group
    titled: str = "name"
    prefix: str = "item"
    folded: bool = False
    compact: bool = False
