"""Reading documents: which version is, was or will be in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qualityloop.standards.versions.models import Document, State, Version

STATES: dict[str, str | Promise] = {
    "draft": _("Draft"),
    "reviewed": _("Reviewed"),
    "scheduled": _("Takes effect later"),
    "in_force": _("In force"),
    "replaced": _("Replaced"),
    "withdrawn": _("Withdrawn"),
}


def titled(kind: str, key: str, version: object) -> str:
    """A version of a document as people call it: its name and number, the key only where it has no name."""
    found = Document.objects.filter(kind=kind, key=key).first()
    return f"{found or key} v{version}"


@dataclass(frozen=True, slots=True)
class Span:
    """A version while it is in force: from `start` until before `end` (None: until further notice)."""

    version: Version
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """All versions of a document that are, were or will be in force, the oldest first."""

    spans: tuple[Span, ...]

    def at(self, instant: datetime) -> Version | None:
        """The version in force at `instant`."""
        for span in self.spans:
            if span.start <= instant and (span.end is None or instant < span.end):
                return span.version
        return None

    @property
    def first(self) -> Version | None:
        """The first version that ever was or will be in force."""
        return self.spans[0].version if self.spans else None

    def span_of(self, version: Version) -> Span | None:
        """When `version` is in force, None where it never is."""
        return next((span for span in self.spans if span.version.pk == version.pk), None)


@dataclass(frozen=True, slots=True)
class Standing:
    """A version with what follows from the dates: its state in a word, and when it is in force."""

    version: Version
    state: str
    label: str | Promise
    start: datetime | None
    end: datetime | None


def spans_of(released: list[Version]) -> Timeline:
    """When each of the released versions of one document is in force; the later release wins on the same instant."""
    counted = [v for v in released if v.state == State.RELEASED and v.valid_from is not None]
    counted = [v for v in counted if v.ended_at is None or v.valid_from is None or v.ended_at > v.valid_from]
    order = sorted(counted, key=lambda v: (v.valid_from, v.number))
    spans = []
    for version, following in zip_longest(order, order[1:]):
        start, end = version.valid_from, version.ended_at
        if following is not None and following.valid_from is not None:
            end = min(end, following.valid_from) if end else following.valid_from
        if start is not None and (end is None or start < end):
            spans.append(Span(version, start, end))
    return Timeline(tuple(spans))


def timeline(document: Document) -> Timeline:
    """When which version of `document` is in force."""
    return spans_of(list(document.versions.filter(state=State.RELEASED).select_related("document")))


def in_force_at(document: Document, instant: datetime) -> Version | None:
    """The version of `document` in force at `instant`, None where there is none."""
    return timeline(document).at(instant)


def in_force_now(document: Document) -> Version | None:
    """The version of `document` in force now."""
    return in_force_at(document, timezone.now())


def in_force(kind: str, key: str, instant: datetime | None = None) -> Version | None:
    """The version in force (now, or at `instant`) of the document called `key`; None where there is none."""
    document = Document.objects.filter(kind=kind, key=key).first()
    return in_force_at(document, instant or timezone.now()) if document else None


def all_in_force(kind: str, instant: datetime | None = None) -> list[Version]:
    """The versions in force (now, or at `instant`) of all documents of a kind, by key."""
    released: dict[int, list[Version]] = {}
    found = Version.objects.filter(document__kind=kind, state=State.RELEASED).select_related("document")
    for version in found.order_by("document__key", "number"):
        released.setdefault(version.document_id, []).append(version)
    at = instant or timezone.now()
    return [holding for versions in released.values() if (holding := spans_of(versions).at(at))]


def documents(kind: str) -> models.QuerySet[Document]:
    """All documents of a kind."""
    return Document.objects.filter(kind=kind).order_by("key")


def standings(versions: list[Version], now: datetime | None = None) -> list[Standing]:
    """All versions of one document with their states, the newest first."""
    at = now or timezone.now()
    times = spans_of(versions)
    return [_standing(version, times, at) for version in sorted(versions, key=lambda v: -v.number)]


def standings_of(document: Document, now: datetime | None = None) -> list[Standing]:
    """All versions of `document` with their states, the newest first."""
    return standings(list(document.versions.select_related("document", "author", "reviewer")), now)


def due_for_review(day: date) -> models.QuerySet[Document]:
    """Documents whose review date has come."""
    return Document.objects.filter(review_on__lte=day).order_by("review_on", "kind", "key")


def _standing(version: Version, times: Timeline, now: datetime) -> Standing:
    span = times.span_of(version)
    if version.state != State.RELEASED:
        state = version.state
    elif span is None:
        state = "withdrawn" if version.ended_at else "replaced"
    elif now < span.start:
        state = "scheduled"
    elif span.end is None or now < span.end:
        state = "in_force"
    else:
        state = "withdrawn" if span.end == version.ended_at else "replaced"
    return Standing(version, state, STATES[state], span.start if span else None, span.end if span else None)
