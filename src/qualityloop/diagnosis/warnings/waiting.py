"""Early warnings that wait for somebody."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.diagnosis.warnings.models import State
from qualityloop.diagnosis.warnings.permissions import WARNINGS
from qualityloop.diagnosis.warnings.queries import warnings_for
from qualityloop.foundation.loop import Waiting, register_waiting
from qualityloop.foundation.models import User


def waiting(user: User) -> Iterator[Waiting]:
    """Warnings that one has taken, and those that nobody has taken yet."""
    if not WARNINGS.allows(user):
        return
    page, late = reverse("diagnosis_warnings:warnings"), Q(due_at__lt=timezone.now())
    own = warnings_for(user).filter(owner=user, state=State.TAKEN)
    row = own.aggregate(n=Count("pk"), late=Count("pk", filter=late))
    yield Waiting(_("Early warnings that you have taken"), row["n"], f"{page}?state=taken", "bell", row["late"])
    row = warnings_for(user).filter(state=State.OPEN).aggregate(n=Count("pk"), late=Count("pk", filter=late))
    yield Waiting(_("Early warnings that nobody has taken"), row["n"], f"{page}?state=open", "bell", row["late"])


def connect() -> None:
    """Fill the loop."""
    register_waiting(waiting)
