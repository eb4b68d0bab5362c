"""Texts that a person may see, what waits to be judged, and how far the judging is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, QuerySet

from qualityloop.analysis.text import ENOUGH
from qualityloop.feedback.negatives.models import Band, Opinion, Threshold
from qualityloop.feedback.negatives.sources import SOURCES


def opinions_for(user: Any) -> QuerySet[Opinion]:
    """The texts of records that `user` may see and that are still here."""
    seen = Q(pk__in=())
    for kind, source in SOURCES.items():
        if source.right.allows(user):
            seen |= Q(kind=kind, record_id__in=source.visible(user).order_by().values("pk"))
    return Opinion.objects.filter(seen)


def found_for(user: Any) -> QuerySet[Opinion]:
    """Those that are or may be negative; what a person called not negative is left out."""
    found = Q(band__in=(Band.YES, Band.UNSURE)) | Q(said=True)
    return opinions_for(user).filter(found).exclude(said=False)


def judged() -> QuerySet[Opinion]:
    """The texts that people judged."""
    return Opinion.objects.filter(said__isnull=False)


def drawn_until() -> int:
    """How far the random order was judged: every judged text up to here counts as drawn at random."""
    return judged().filter(drawn=True).aggregate(last=Max("draw"))["last"] or -1


def next_drawn(user: Any) -> Opinion | None:
    """The text that comes next in the random order."""
    return opinions_for(user).filter(said__isnull=True).order_by("draw").first()


def next_found(user: Any) -> Opinion | None:
    """The newest of those found that nobody has judged."""
    return found_for(user).filter(said__isnull=True).order_by("-at", "-pk").first()


def next_of(user: Any, *, drawn: bool) -> Opinion | None:
    """The text to judge next: in the random order (`drawn`), or of those found."""
    return next_drawn(user) if drawn else next_found(user)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many texts were judged, and how many of each sort are needed."""

    positives: int
    negatives: int
    drawn_positives: int
    drawn_negatives: int
    enough: int

    @property
    def ready(self) -> bool:
        """Whether a threshold can be fitted at all."""
        return min(self.positives, self.negatives) >= self.enough

    @property
    def random(self) -> bool:
        """Whether enough of the judged texts were drawn at random."""
        return min(self.drawn_positives, self.drawn_negatives) >= self.enough


def progress() -> Progress:
    """How far the judging is, in the whole organisation."""
    all_of, drawn = judged(), judged().filter(draw__lte=drawn_until())
    return Progress(
        all_of.filter(said=True).count(), all_of.filter(said=False).count(), drawn.filter(said=True).count(),
        drawn.filter(said=False).count(), ENOUGH,
    )  # fmt: skip


def in_force() -> Threshold | None:
    """The threshold by which texts are looked at now."""
    return Threshold.objects.order_by("-pk").first()
