"""Numbers of imports in templates."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.utils.translation import get_language

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.messages import Message, Text
from qualityloop.analysis.problems.wording import format_number
from qualityloop.collection.editing import ROWS_SHOWN, Part
from qualityloop.collection.models import ImportRun

register = template.Library()


@register.filter
def total(run: ImportRun, kind: str) -> str:
    """Rows of one kind over all data sets."""
    return grouped(run.total(kind))


@register.filter
def grouped(number: int) -> str:
    """A count as the language writes it."""
    return format_number(number, get_language() or "zh", 0)


@register.filter
def said(words: Message | Text) -> str:
    """A message of the core in the language of the page."""
    return words.in_language(get_language() or "zh")


@register.filter
def sample_rows(part: Part) -> list[SampleRow]:
    """Rows to show of a table: those that would be rejected first."""
    if part.sample is None:
        return []
    wrong = part.tried.wrong if part.tried else {}
    names = part.sample["columns"]
    rows = sorted(part.sample["rows"], key=lambda row: row[0] not in wrong)[:ROWS_SHOWN]
    return [
        SampleRow(
            number,
            [(cell, bool(number in wrong and name in wrong[number].column.split(", "))) for name, cell in
             zip(names, cells, strict=True)],
            said(wrong[number].reason) if number in wrong else "",
        )
        for number, cells in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A row of a file as it is shown: its number, its cells with whether they are at fault, and the reason."""

    number: int
    cells: list[tuple[str | None, bool]]
    reason: str


@register.filter
def dataset_label(name: str) -> str:
    """A fact table in words."""
    return said(DATASETS[name].label) if name in DATASETS else name
