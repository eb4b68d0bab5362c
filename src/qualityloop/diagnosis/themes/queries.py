"""Groupings and themes that a person may see, and the shares of themes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from qualityloop.analysis.themes import Share, share_from
from qualityloop.analysis.themes.share import FEWEST
from qualityloop.diagnosis.themes.models import ExpectationStudy, Theme, ThemeRun, ThemeState, ThemeText
from qualityloop.diagnosis.themes.permissions import STUDIES
from qualityloop.foundation.models import User
from qualityloop.people.scope import scope_of


def runs_for(user: object) -> QuerySet[ThemeRun]:
    """Groupings of the own making; who sees everything sees all. A grouping holds what its maker may see."""
    if scope_of(user).everything:
        return ThemeRun.objects.all()
    if isinstance(user, User) and user.pk:
        return ThemeRun.objects.filter(made_by=user)
    return ThemeRun.objects.none()


def themes_for(user: object) -> QuerySet[Theme]:
    """The themes of groupings that `user` may see."""
    return Theme.objects.filter(run__in=runs_for(user)).select_related("run")


def studies_for(user: object) -> QuerySet[ExpectationStudy]:
    """Studies hold shares and means, no records: whoever may see studies sees all."""
    if isinstance(user, User) and STUDIES.allows(user):
        return ExpectationStudy.objects.all()
    return ExpectationStudy.objects.none()


@dataclass(frozen=True, slots=True)
class Labelled:
    """How far the labelling of a sample is."""

    drawn: int
    done: int
    enough: int


def shares_of(run: ThemeRun) -> dict[int, Share]:
    """The share of every confirmed theme by key; empty before they were counted."""
    if run.counted_at is None or not run.count:
        return {}
    counted = ThemeText.objects.filter(run=run, counted__isnull=False)
    totals = dict(counted.order_by().values_list("counted").annotate(n=Count("pk")))
    labels = ThemeText.objects.filter(run=run, draw__lt=_until(run)).order_by().values_list("counted_id", "said_id")
    pairs = Counter(labels)
    found = {}
    for theme in Theme.objects.filter(run=run, state=ThemeState.CONFIRMED).values_list("pk", flat=True):
        machine: list[bool] = []
        said: list[bool] = []
        for (counted, label), times in pairs.items():
            machine += [counted == theme] * times
            said += [label == theme] * times
        found[theme] = share_from(machine, said, counted=totals.get(theme, 0) / run.count, population=run.count)
    return found


def _until(run: ThemeRun) -> int:
    """The labelled texts that count: those before the first of the random order that waits, so that they are random."""
    waiting = next_to_label(run)
    return waiting.draw if waiting is not None and waiting.draw is not None else run.count


def labelled(run: ThemeRun) -> Labelled:
    """How many texts of the sample are labelled."""
    row: dict[str, Any] = ThemeText.objects.filter(run=run, draw__isnull=False).aggregate(
        drawn=Count("pk"), done=Count("pk", filter=Q(said_at__isnull=False))
    )
    return Labelled(row["drawn"], row["done"], FEWEST)


def next_to_label(run: ThemeRun) -> ThemeText | None:
    """The text of the sample that comes next."""
    waiting = ThemeText.objects.filter(run=run, draw__isnull=False, said_at__isnull=True)
    return waiting.order_by("draw").first()
