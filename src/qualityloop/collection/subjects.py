"""Records that can be tagged and cleaned: their tables, who sees them, what of them is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone

from qualityloop.feedback import permissions as feedback
from qualityloop.feedback.models import Complaint, Review, SurveyResponse
from qualityloop.feedback.queries import complaints_for, reviews_for, survey_responses_for
from qualityloop.foundation.permissions import Permission
from qualityloop.operations.models import Ticket
from qualityloop.operations.permissions import TICKETS
from qualityloop.operations.queries import tickets_for


@dataclass(frozen=True, slots=True)
class Subject:
    """A table of records; `texts` are its columns in words, `instant` what gives its month."""

    dataset: str
    model: type[Model]
    visible: Callable[[Any], QuerySet[Any]]
    right: Permission
    page: str
    instant: str
    texts: tuple[str, ...]

    @property
    def rows(self) -> QuerySet[Any]:
        """All records."""
        return self.model._default_manager.all()

    def text_of(self, values: tuple[Any, ...]) -> str:
        """The columns in words as one text."""
        return "\n".join(str(value).strip() for value in values if value).strip()

    def url(self, pk: int) -> str:
        """The record's page."""
        return reverse(self.page, args=[pk])

    def month_of(self, record: Model) -> str:
        """The local month of a record, like 2026-03."""
        return timezone.localtime(getattr(record, self.instant)).strftime("%Y-%m")


SUBJECTS = {
    subject.dataset: subject
    for subject in (
        Subject("tickets", Ticket, tickets_for, TICKETS, "operations:ticket", "created_at", ("subject", "description")),
        Subject(
            "complaints", Complaint, complaints_for, feedback.COMPLAINTS, "feedback:complaint", "received_at", ("text",)
        ),
        Subject("reviews", Review, reviews_for, feedback.REVIEWS, "feedback:review", "at", ("text",)),
        Subject(
            "survey_responses", SurveyResponse, survey_responses_for, feedback.SURVEY_RESPONSES,
            "feedback:survey_response", "answered_at", ("comment",),
        ),
    )
}  # fmt: skip


def subject_of(record: Model) -> Subject:
    """The subject to which a record belongs."""
    return next(subject for subject in SUBJECTS.values() if isinstance(record, subject.model))
