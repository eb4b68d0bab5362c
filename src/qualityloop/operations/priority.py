"""From urgency and impact to the priority of a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Degree(models.TextChoices):
    """How urgent it is, or how far it reaches."""

    HIGH = "high", pgettext_lazy("degree", "high")
    MEDIUM = "medium", pgettext_lazy("degree", "medium")
    LOW = "low", pgettext_lazy("degree", "low")


class Priority(StrEnum):
    """How soon a ticket has its turn."""

    URGENT = "urgent"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


WORDS = {
    Priority.URGENT: _("Urgent"),
    Priority.HIGH: _("High"),
    Priority.MEDIUM: _("Medium"),
    Priority.LOW: _("Low"),
}

Matrix = Mapping[tuple[str, str], Priority]

SHIPPED: Matrix = {
    ("high", "high"): Priority.URGENT,
    ("high", "medium"): Priority.HIGH,
    ("high", "low"): Priority.MEDIUM,
    ("medium", "high"): Priority.HIGH,
    ("medium", "medium"): Priority.MEDIUM,
    ("medium", "low"): Priority.LOW,
    ("low", "high"): Priority.MEDIUM,
    ("low", "medium"): Priority.LOW,
    ("low", "low"): Priority.LOW,
}


def priority_of(urgency: str, impact: str, matrix: Matrix = SHIPPED) -> Priority | None:
    """The priority of (urgency, impact); None where one of them is not known."""
    return matrix.get((urgency, impact))
