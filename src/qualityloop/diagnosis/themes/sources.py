"""Where the texts are: tables of the rooms below, who sees them, which columns hold words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from qualityloop.feedback import permissions as feedback
from qualityloop.feedback.queries import complaints_for, reviews_for, survey_responses_for
from qualityloop.foundation.permissions import Permission
from qualityloop.operations.permissions import TICKETS
from qualityloop.operations.queries import tickets_for

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Source:
    """A table with texts: `visible` answers what a person may see of it, `instant` is its time."""

    visible: Callable[[Any], QuerySet[Any]]
    right: Permission
    page: str
    instant: str
    texts: tuple[str, ...]

    def between(self, user: object, first: date, last: date) -> list[tuple[int, str]]:
        """The texts that `user` may see, of the days `first` to `last` here, with the records' keys; empty ones not."""
        start = timezone.make_aware(datetime.combine(first, time.min))
        end = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
        rows = self.visible(user).filter(**{f"{self.instant}__gte": start, f"{self.instant}__lt": end}).order_by("pk")
        return list(self._worded(rows.values_list("pk", *self.texts)))

    def of(self, user: object, keys: Sequence[int]) -> dict[int, str]:
        """Texts of records by key, those that `user` may see."""
        found: dict[int, str] = {}
        for start in range(0, len(keys), AT_ONCE):
            rows = self.visible(user).filter(pk__in=keys[start : start + AT_ONCE])
            found.update(self._worded(rows.values_list("pk", *self.texts)))
        return found

    def url(self, key: int) -> str:
        """A record's page."""
        return reverse(self.page, args=[key])

    def _worded(self, rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[int, str]]:
        for key, *columns in rows:
            text = "\n".join(str(value).strip() for value in columns if value).strip()
            if text:
                yield int(key), text


SOURCES = {
    "complaints": Source(complaints_for, feedback.COMPLAINTS, "feedback:complaint", "received_at", ("text",)),
    "survey_responses": Source(
        survey_responses_for, feedback.SURVEY_RESPONSES, "feedback:survey_response", "answered_at", ("comment",)
    ),
    "reviews": Source(reviews_for, feedback.REVIEWS, "feedback:review", "at", ("text",)),
    "tickets": Source(tickets_for, TICKETS, "operations:ticket", "created_at", ("subject", "description")),
}
