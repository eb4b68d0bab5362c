"""Which records are cleaned: their tables, who sees them, what of them the rules look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse

from qualityloop.feedback.models import Complaint
from qualityloop.feedback.permissions import COMPLAINTS
from qualityloop.feedback.queries import complaints_for
from qualityloop.foundation.permissions import Permission
from qualityloop.operations.models import Ticket
from qualityloop.operations.permissions import TICKETS
from qualityloop.operations.queries import tickets_for


@dataclass(frozen=True, slots=True)
class Subject:
    """A table with a customer; `lines` are fact tables that show its records by their number too."""

    dataset: str
    model: type[Model]
    visible: Callable[[Any], QuerySet[Any]]
    right: Permission
    page: str
    instant: str
    texts: tuple[str, ...]
    moments: tuple[str, ...]
    lines: tuple[str, ...] = ()

    @property
    def published(self) -> tuple[str, ...]:
        """The fact tables that leave a record out when it is set aside."""
        return (self.dataset, *self.lines)

    @property
    def rows(self) -> QuerySet[Any]:
        """All records."""
        return self.model._default_manager.all()

    def url(self, pk: int) -> str:
        """The record's page."""
        return reverse(self.page, args=[pk])


SUBJECTS = {
    subject.dataset: subject
    for subject in (
        Subject(
            "tickets", Ticket, tickets_for, TICKETS, "operations:ticket", "created_at", ("subject", "description"),
            ("first_response_at", "resolved_at", "closed_at"), ("ticket_events",),
        ),
        Subject(
            "complaints", Complaint, complaints_for, COMPLAINTS, "feedback:complaint", "received_at", ("text",),
            ("classified_at", "answered_at", "closed_at"),
        ),
    )
}  # fmt: skip


def subject_of(record: Model) -> Subject:
    """The subject to which a record belongs."""
    return next(subject for subject in SUBJECTS.values() if isinstance(record, subject.model))
