"""Versions of standards that wait for a review."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.loop import Waiting, register_waiting
from qualityloop.foundation.models import User
from qualityloop.standards.versions.kinds import KINDS
from qualityloop.standards.versions.models import State, Version


def waiting(user: User) -> Iterator[Waiting]:
    """Drafts that one may review, by kind of document; with four eyes not one's own."""
    drafts = Version.objects.filter(state=State.DRAFT)
    if settings.QUALITYLOOP_FOUR_EYES:
        drafts = drafts.exclude(author=user)
    counts = dict(drafts.order_by().values_list("document__kind").annotate(n=Count("pk")))
    for key, kind in KINDS.items():
        if kind.review.allows(user) and counts.get(key):
            label = format_lazy("{what}: {kind}", what=_("Drafts to review"), kind=kind.plural)
            yield Waiting(label, counts[key], reverse(f"standards:{key}"), kind.icon)


def connect() -> None:
    """Fill the loop."""
    register_waiting(waiting)
