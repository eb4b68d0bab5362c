"""Deadlines in the list of tickets: words, colours, and the filter 快到期 / 已超时."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
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


def left(until: datetime | None) -> str:
    """How long until then by the clock on the wall, or how long it has passed."""
    if until is None:
        return ""
    seconds = (until - timezone.now()).total_seconds()
    return lasting(seconds) if seconds > 0 else _("{time} over").format(time=lasting(-seconds))


class _OneOf(Filter):
    """Running tickets that meet the chosen one of several conditions."""

    path = ""
    about: str | Promise = ""  # what the API says of it

    def choices(self) -> dict[str, str]:
        """What there is to choose, in words."""
        raise NotImplementedError

    def condition(self, value: str) -> Q:
        """What is chosen, of running tickets."""
        raise NotImplementedError

    def read(self, given: Given) -> tuple[Any, list[str]]:
        """One of the choices."""
        text = str(given.get(self.name) or "")
        if not text or text in self.choices():
            return text or None, []
        said = _("There is no “{text}” to choose; the filter is left out.")
        return None, [said.format(text=shortened(text))]

    def apply(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """By columns of the tickets alone."""
        return rows.filter(running(), self.condition(value))

    def pairs(self, value: Any) -> list[tuple[str, str]]:
        """The choice."""
        return [(self.name, value)]

    def inputs(self, asked: Asked, value: Any) -> list[Input]:
        """A list to choose from."""
        options = tuple(self.choices().items())
        return [Input(self.name, self.heading(asked.listing.model), value or "", "choice", options)]

    def accepts(self, model: type[Model]) -> dict[str, tuple[Any, str]]:
        """One of the choices."""
        return {self.name: (Literal[tuple(self.choices())], str(self.about))}

    def from_api(self, given: Mapping[str, Any]) -> Any:
        """As it is."""
        return given.get(self.name)


class DeadlineFilter(_OneOf):
    """Running tickets whose next deadline is near, has passed, or waits."""

    name = "deadline"
    label = gettext_lazy("Deadline")
    about = gettext_lazy("Running tickets whose next deadline is near, overdue, or paused")

    def choices(self) -> dict[str, str]:
        """The states."""
        return {str(one): state(one) for one in CHOICES}

    def condition(self, value: str) -> Q:
        """By the columns that are kept beside the tickets, so that an index serves it."""
        return due(State(value))


class QueueFilter(_OneOf):
    """Tickets that wait: all that are running, or those that nobody has answered yet."""

    name = "waiting"
    label = gettext_lazy("Queue")
    about = gettext_lazy("Tickets that have not ended: all, or those without a first response")

    def choices(self) -> dict[str, str]:
        """What they wait for."""
        return {"all": _("not ended"), "unanswered": _("waiting for the first response")}

    def condition(self, value: str) -> Q:
        """Without a first response, or any."""
        return UNANSWERED if value == "unanswered" else Q()


UNANSWERED = Q(first_response_at__isnull=True)


def due(state: State) -> Q:
    """Running tickets whose next deadline is near, has passed, or waits."""
    now = timezone.now()
    conditions = {
        State.OVERDUE: Q(next_due_at__lt=now),
        State.NEAR: Q(next_due_at__gte=now, next_warn_at__lte=now),
        State.PAUSED: Q(next_due_at__isnull=True, sla_version__isnull=False),
    }
    return conditions[state]
