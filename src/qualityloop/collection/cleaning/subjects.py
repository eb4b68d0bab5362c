"""Which records are cleaned: those with a customer, with what the rules look at beside their words."""

from __future__ import annotations

from dataclasses import dataclass, fields

from django.db.models import Model

from qualityloop.collection import subjects


@dataclass(frozen=True, slots=True)
class Subject(subjects.Subject):
    """A table with a customer; `lines` are fact tables that show its records by their number too."""

    moments: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def published(self) -> tuple[str, ...]:
        """The fact tables that leave a record out when it is set aside."""
        return (self.dataset, *self.lines)


def _cleaned(dataset: str, moments: tuple[str, ...], lines: tuple[str, ...] = ()) -> Subject:
    known = subjects.SUBJECTS[dataset]
    return Subject(**{one.name: getattr(known, one.name) for one in fields(known)}, moments=moments, lines=lines)


SUBJECTS = {
    "tickets": _cleaned("tickets", ("first_response_at", "resolved_at", "closed_at"), ("ticket_events",)),
    "complaints": _cleaned("complaints", ("classified_at", "answered_at", "closed_at")),
}


def subject_of(record: Model) -> Subject:
    """The subject to which a record belongs."""
    return SUBJECTS[subjects.subject_of(record).dataset]
