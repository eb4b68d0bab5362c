"""Deadlines in the list of tickets: words, colours, and the filter 快到期 / 已超时."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualityloop.foundation.listing.columns import Tone
from qualityloop.foundation.listing.filters import Asked, Filter, Given, Input, shortened
from qualityloop.foundation.templatetags.spoken import lasting
from qualityloop.operations.deadlines.standing import running
from qualityloop.operations.deadlines.states import WORDS, State

CHOICES = (State.NEAR, State.OVERDUE, State.PAUSED)


def state(value: str) -> str:
    """A state in words; empty for none."""
    return str(WORDS[State(value)][0]) if value else ""


def tone(value: str) -> Tone | None:
    """The colour of a state."""
    return WORDS[State(value)][1] if value else None


def left(due: datetime | None) -> str:
    """How long until then by the clock on the wall, or how long it has passed."""
    if due is None:
        return ""
    seconds = (due - timezone.now()).total_seconds()
    return lasting(seconds) if seconds > 0 else _("{time} over").format(time=lasting(-seconds))


class DeadlineFilter(Filter):
    """Running tickets whose next deadline is near, has passed, or waits."""

    name = "deadline"
    path = ""
    label = gettext_lazy("Deadline")

    def read(self, given: Given) -> tuple[Any, list[str]]:
        """One of the states."""
        text = str(given.get(self.name) or "")
        if not text or text in CHOICES:
            return text or None, []
        said = _("There is no “{text}” to choose; the filter is left out.")
        return None, [said.format(text=shortened(text))]

    def apply(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """By the columns that are kept beside the tickets, so that an index serves it."""
        now = timezone.now()
        conditions = {
            State.OVERDUE: Q(next_due_at__lt=now),
            State.NEAR: Q(next_due_at__gte=now, next_warn_at__lte=now),
            State.PAUSED: Q(next_due_at__isnull=True, sla_version__isnull=False),
        }
        return rows.filter(running(), conditions[State(value)])

    def pairs(self, value: Any) -> list[tuple[str, str]]:
        """The state."""
        return [(self.name, value)]

    def inputs(self, asked: Asked, value: Any) -> list[Input]:
        """A list to choose from."""
        options = tuple((str(one), state(one)) for one in CHOICES)
        return [Input(self.name, self.heading(asked.listing.model), value or "", "choice", options)]

    def accepts(self, model: type[Model]) -> dict[str, tuple[Any, str]]:
        """One of the states."""
        text = _("Running tickets whose next deadline is near, overdue, or paused")
        return {self.name: (Literal["near", "overdue", "paused"], text)}

    def from_api(self, given: Mapping[str, Any]) -> Any:
        """As it is."""
        return given.get(self.name)
