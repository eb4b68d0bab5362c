"""Rows of a list as they are read: on the page, and in a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from qualityloop.foundation.export import Cell
from qualityloop.foundation.listing.asking import Wanted
from qualityloop.foundation.listing.columns import Column, Tone
from qualityloop.foundation.listing.declaration import Listing
from qualityloop.foundation.listing.fields import field_at, value_at
from qualityloop.foundation.wording import value_word

CHUNK = 2000


@dataclass(frozen=True)
class Heading:
    """The head of a column; `url` sorts by it, `now` says how it is sorted."""

    label: str
    right: bool
    url: str = ""
    now: str = ""


@dataclass(frozen=True)
class ShownCell:
    """A cell: its text, the column's name for the phone, its looks."""

    text: str
    label: str
    right: bool
    head: bool
    tone: Tone | None
    empty: bool


@dataclass(frozen=True)
class ShownRow:
    """A row and the address of its record."""

    cells: tuple[ShownCell, ...]
    url: str | None


def headings(wanted: Wanted) -> list[Heading]:
    """Heads of the columns that are shown."""
    listing, found = wanted.listing, []
    for column in listing.columns:
        if not column.shown:
            continue
        label, right = column.heading(listing.model), column.is_number(listing.model)
        if column.name not in listing.orders:
            found.append(Heading(label, right))
            continue
        current = wanted.sort.removeprefix("-") == column.name
        falling = wanted.sort.startswith("-")
        now = ("descending" if falling else "ascending") if current else ""
        url = wanted.sorted_by(column.name if current and falling else "-" + column.name)
        found.append(Heading(label, right, url, now))
    return found


def shown_rows(listing: Listing, records: list[Any]) -> list[ShownRow]:
    """Rows for the page."""
    columns = [(c, c.heading(listing.model), c.is_number(listing.model)) for c in listing.columns if c.shown]
    head = next((c.name for c, _label, _right in columns if c.link), columns[0][0].name)
    rows = []
    for record in records:
        cells = []
        for column, label, right in columns:
            value = value_at(record, column.way)
            text = column.words(record) if column.words else value_word(column.name, text_of(listing, column, value))
            cells.append(ShownCell(text or "–", label, right, column.name == head, column.tone_of(value), not text))
        rows.append(ShownRow(tuple(cells), listing.record(record) if listing.record else None))
    return rows


def text_of(listing: Listing, column: Column, value: Any) -> str:
    """A value in words; empty where there is none."""
    if column.text is not None:
        return column.text(value)
    if value is None:
        return ""
    field = field_at(listing.model, column.way)
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, float | Decimal):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)


def export_header(listing: Listing) -> list[str]:
    """Heads of the columns of a file."""
    return [column.heading(listing.model) for column in listing.columns]


def export_rows(wanted: Wanted) -> Iterator[list[Cell]]:
    """Every row that fits, a chunk at a time; instants on the organisation's clock."""
    listing = wanted.listing
    for record in wanted.rows().iterator(chunk_size=CHUNK):
        yield [_cell(listing, column, value_at(record, column.way)) for column in listing.columns]


def _cell(listing: Listing, column: Column, value: Any) -> Cell:
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    if value is None or isinstance(value, bool | int | float | date):
        field = field_at(listing.model, column.way)
        return text_of(listing, column, value) if column.text or (field is not None and field.choices) else value
    return float(value) if isinstance(value, Decimal) else text_of(listing, column, value)
