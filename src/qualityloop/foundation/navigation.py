"""The loop as navigation: rooms register their pages under the stage to which they belong."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import Permission


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the loop."""

    key: str
    label: str | Promise


STAGES = (
    Stage("standard", _("Standard")),
    Stage("collect", _("Collect")),
    Stage("operate", _("Operate")),
    Stage("listen", _("Listen")),
    Stage("evaluate", _("Evaluate")),
    Stage("diagnose", _("Diagnose")),
    Stage("cause", _("Root cause")),
    Stage("improve", _("Improve")),
    Stage("verify", _("Verify")),
    Stage("standardise", _("Standardise")),
)


SYSTEM = "system"  # the group below the loop: what keeps the product itself in order


@dataclass(frozen=True, slots=True)
class Entry:
    """A page in the navigation; without a stage it stands above the loop, with the stage SYSTEM below it.

    `pages` are names of addresses that count as being on this entry.
    """

    label: str | Promise
    url_name: str
    icon: str
    right: Permission
    pages: frozenset[str]
    stage: str | None = None
    order: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it is shown to one person on one page."""

    label: str | Promise
    url: str
    icon: str
    active: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A stage as it is shown: its links, and whether the page belongs to it."""

    key: str
    label: str | Promise
    links: tuple[Link, ...]
    active: bool


_ENTRIES: list[Entry] = []


def register(entry: Entry) -> None:
    """Add a page to the navigation; called once by a room when it starts."""
    if entry.stage is not None and entry.stage not in {SYSTEM, *(stage.key for stage in STAGES)}:
        raise ValueError(f"there is no stage {entry.stage}")
    if entry not in _ENTRIES:
        _ENTRIES.append(entry)
        _ENTRIES.sort(key=lambda e: e.order)


def links_for(request: HttpRequest, stage: str | None) -> tuple[Link, ...]:
    """The links of `stage` (None: above the loop) that the person of `request` may follow."""
    match = request.resolver_match
    here = match.view_name if match else ""
    return tuple(
        Link(entry.label, reverse(entry.url_name), entry.icon, here in entry.pages)
        for entry in _ENTRIES
        if entry.stage == stage and entry.right.allows(request.user)
    )


def steps_for(request: HttpRequest) -> tuple[Step, ...]:
    """The whole loop; stages without a page yet have no links."""
    steps = []
    for stage in STAGES:
        links = links_for(request, stage.key)
        steps.append(Step(stage.key, stage.label, links, any(link.active for link in links)))
    return tuple(steps)


def first_page(request: HttpRequest) -> str | None:
    """Address of the first page the person may open, None when there is none."""
    for stage in (None, *(stage.key for stage in STAGES), SYSTEM):
        for link in links_for(request, stage):
            return link.url
    return None
