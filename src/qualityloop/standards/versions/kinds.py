"""The kinds of documents: each says how its content is checked, shown and compared. Registered by `register_kind`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

from qualityloop.analysis.messages import AnalysisError, Message, Place, Text
from qualityloop.foundation.permissions import Permission
from qualityloop.standards import permissions
from qualityloop.standards.versions.models import Content, Document, Version


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a content; `field` is a dotted path such as `indicators.2.target`, "" for the whole.

    `label` says in words which place that is.
    """

    field: str
    text: Message
    label: Text | None = None


class ContentError(AnalysisError):
    """A content that cannot be in force, with everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults[0].text, Place(column=faults[0].field or None))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a content as a table: what two versions are compared by. A lone row stands for plain values.

    `rows` maps the key of a row to (its name, the text of each column).
    """

    key: str
    label: str
    columns: Mapping[str, str]
    rows: Mapping[str, tuple[str, Mapping[str, str]]]


def _nothing(_request: HttpRequest, _version: Version) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of document.

    check: everything that is wrong with a content (empty: it may be put in force). sections: the content as tables in
    the active language, for comparing. name: the name that the content gives itself. template: shows the content of
    a version (`version`, `content` and what `context` adds). editor: name of the address that edits a draft
    (parameters `key`, `number`). new: name of the address where a document is begun.
    """

    key: str
    label: str | Promise
    plural: str | Promise
    icon: str
    check: Callable[[Content], Sequence[Fault]]
    sections: Callable[[Content], Sequence[Section]]
    name: Callable[[Content], Text]
    template: str
    editor: str
    new: str
    note: str | Promise = ""  # one sentence under the head of the list
    context: Callable[[HttpRequest, Version], dict[str, Any]] = field(default=_nothing)
    path_words: Callable[[str], str | None] | None = None  # a path of the content, as the history calls it
    export: str | None = None  # name of an address that gives the version as a file (parameters `key`, `number`)
    shape: Any = None  # the form of a content (`versions.shapes`); None: that of an authored document
    try_out: Callable[[Document, Content], dict[str, Any]] | None = None  # what a content would mean for the records
    see: Permission = permissions.SEE
    edit: Permission = permissions.EDIT
    review: Permission = permissions.REVIEW


KINDS: dict[str, Kind] = {}


def register_kind(kind: Kind) -> Kind:
    """Make a kind of document known; called once when the application starts."""
    if KINDS.setdefault(kind.key, kind) is not kind:
        raise ValueError(f"the kind {kind.key} is declared twice")
    return kind


def entry_pages(kind: Kind, *more: str) -> frozenset[str]:
    """Names of the addresses that count as being on the kind's entry in the navigation."""
    return frozenset(
        {kind.new, f"standards:{kind.key}"}
        | {f"standards:{kind.key}_{name}" for name in ("document", "version", "compare", *more)}
    )
