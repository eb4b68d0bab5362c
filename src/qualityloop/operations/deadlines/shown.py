"""Deadlines of one ticket with their working: for its page and for the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.panels import Tone
from qualityloop.foundation.templatetags.spoken import lasting
from qualityloop.operations.deadlines.standing import AGREED, RESOLUTION, RESPONSE, Deadline, Standing
from qualityloop.operations.deadlines.states import WORDS, State
from qualityloop.operations.models import Ticket
from qualityloop.standards.sla.telling import Told, tell

NAMES: dict[str, str | Promise] = {
    RESPONSE: _("First response"),
    RESOLUTION: _("Resolution"),
    AGREED: _("Agreed with the customer"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A deadline in words. Seconds are working time, of an agreed time those of the clock on the wall."""

    name: str
    label: str
    state: State
    word: str
    tone: Tone
    due: datetime | None
    done: datetime | None
    left: float  # seconds until it is due, negative: too late by that much
    told: Told | None

    @property
    def left_in_words(self) -> str:
        """The time left, or by how much it is late."""
        return lasting(abs(self.left))


def shown(ticket: Ticket, found: Standing, now: datetime) -> Sequence[Shown]:
    """All deadlines of a ticket, those of the policy first."""
    return [_shown(ticket, one, found, now) for one in found.deadlines]


def _shown(ticket: Ticket, one: Deadline, found: Standing, now: datetime) -> Shown:
    word, tone = WORDS[one.state]
    told, left = None, 0.0
    if one.clock is not None and found.judged is not None:
        left = one.clock.remaining
        told = tell(
            ticket.created_at, one.clock, found.judged.calendar, found.judged.pauses if one.name == RESOLUTION else ()
        )
    elif one.due is not None:
        left = (one.due - min(one.done or now, now)).total_seconds()
    return Shown(one.name, str(NAMES[one.name]), one.state, str(word), tone, one.due, one.done, left, told)
