"""Pages of records: facts at the side, panels that any room may add, a timeline that any room may add to, the history.

A room shows its record with `record_page`; rooms above it register panels (`register_panel("operations.ticket", …)`)
and moments of the timeline (`register_moments("operations.ticket", …)`) when they start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.permissions import Permission
from qualityloop.foundation.wording import value_word

Tone = Literal["met", "warning", "missed", "insufficient"]
Context = Callable[[HttpRequest, Any], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A part of a record's page, beside the main part if `side`; `context` answers None where nothing is to show."""

    key: str
    title: str | Promise
    template: str
    context: Context
    right: Permission | None = None
    order: int = 50
    side: bool = False


@dataclass(frozen=True)
class Shown:
    """A panel as it stands on a page."""

    key: str
    html: SafeString
    side: bool


@dataclass(frozen=True)
class Fact:
    """One line of what is known: a term, its value, where the value leads, its colour as a status."""

    label: str
    value: Any
    url: str = ""
    tone: Tone | str = ""
    note: str = ""


@dataclass(frozen=True)
class Moment:
    """Something that happened: when, what in words, by whom; it may lead to a record of its own."""

    at: datetime
    title: str
    icon: str = "clock"
    text: str = ""
    who: str = ""
    url: str = ""
    tone: Tone | str = ""


@dataclass(frozen=True)
class Step:
    """A moment with the time that passed since the one before it, in seconds."""

    moment: Moment
    since: float | None


_PANELS: dict[str, dict[str, Panel]] = {}
_MOMENTS: dict[str, list[Callable[[HttpRequest, Any], Iterable[Moment]]]] = {}


def register_panel(record: str, panel: Panel) -> None:
    """Add a panel to the pages of `record` ("operations.ticket"); a second one with the key takes its place."""
    _PANELS.setdefault(record, {})[panel.key] = panel


def register_moments(record: str, moments: Callable[[HttpRequest, Any], Iterable[Moment]]) -> None:
    """Add moments to the timeline of `record`; `moments` answers those that the person who asks may see."""
    sources = _MOMENTS.setdefault(record, [])
    if moments not in sources:
        sources.append(moments)


def panels_of(request: HttpRequest, record: models.Model) -> list[Shown]:
    """The panels that the person may see, in their order."""
    shown = []
    for panel in sorted(_PANELS.get(record._meta.label_lower, {}).values(), key=lambda p: (p.order, p.key)):
        if panel.right is not None and not panel.right.allows(request.user):
            continue
        context = panel.context(request, record)
        if context is not None:
            context = {"record": record, "panel": panel, **context}
            shown.append(Shown(panel.key, render_to_string(panel.template, context, request), panel.side))
    return shown


def timeline_of(request: HttpRequest, record: models.Model) -> list[Step]:
    """All moments in the order in which they happened."""
    sources = _MOMENTS.get(record._meta.label_lower, [])
    moments = sorted((m for source in sources for m in source(request, record)), key=lambda m: m.at)
    steps, last = [], None
    for moment in moments:
        steps.append(Step(moment, (moment.at - last).total_seconds() if last else None))
        last = moment.at
    return steps


def fact(record: models.Model, name: str, *, url: str = "", tone: str = "", note: str = "") -> Fact:
    """A column of a record as a fact, called as the column is."""
    field = record._meta.get_field(name)
    value = getattr(record, name)
    if getattr(field, "choices", None):
        value = getattr(record, f"get_{name}_display")()
    elif isinstance(value, str):
        value = value_word(name, value)
    elif isinstance(value, float):
        value = f"{value:g}"
    return Fact(str(getattr(field, "verbose_name", name)), value, url, tone, note)


def known(facts: Iterable[Fact]) -> list[Fact]:
    """Facts that say something."""
    return [f for f in facts if f.value not in (None, "")]


def record_page(
    request: HttpRequest,
    record: models.Model,
    template: str,
    *,
    facts: Sequence[Fact] = (),
    context: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a record: who may see it is decided by whoever fetched it."""
    whole = {
        "record": record,
        "facts": known(facts),
        "panels": panels_of(request, record),
        **history_panel(record),
        **(context or {}),
    }
    return render(request, template, whole, status=status)
