"""Where the clocks of a ticket stand at a moment, by its event log and the policy of its time. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from qualityloop.analysis.calendar import Clock, due
from qualityloop.operations.deadlines.states import State
from qualityloop.operations.models import Ticket
from qualityloop.operations.words import ENDED_SPELLINGS, before_work
from qualityloop.standards.sla.due import Judged, Policies

Events = Sequence[tuple[datetime, str]]
RESPONSE, RESOLUTION, AGREED = "response", "resolution", "agreed"
WARN = 0.8  # of its target used: from then on a deadline is near


@dataclass(frozen=True, slots=True)
class Deadline:
    """One thing that is to be done in time. `clock` is None for a time that was agreed with the customer."""

    name: str  # response, resolution, agreed
    state: State
    due: datetime | None  # None: the clock is paused
    warn: datetime | None  # from when on it is near
    done: datetime | None
    clock: Clock | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """All deadlines of a ticket, and by which versions they were computed."""

    deadlines: tuple[Deadline, ...]
    judged: Judged | None

    def named(self, name: str) -> Deadline | None:
        """The deadline called so."""
        return next((one for one in self.deadlines if one.name == name), None)

    @property
    def binding(self) -> tuple[Deadline, ...]:
        """The deadlines that count: an agreed time takes the place of the policy's for the resolution."""
        agreed = self.named(AGREED) is not None
        return tuple(one for one in self.deadlines if not (agreed and one.name == RESOLUTION))


def running() -> Q:
    """Tickets that are still being worked on."""
    return Q(resolved_at__isnull=True, closed_at__isnull=True) & ~Q(status__in=ENDED_SPELLINGS)


def agreed_time(ticket: Ticket) -> datetime | None:
    """The due time that somebody gave; one that was filled in from the policy is none of those."""
    filled = ticket.external_id is None and ticket.due_at == ticket.resolution_due_at
    return None if filled else ticket.due_at


def standing(ticket: Ticket, events: Events, policies: Policies, now: datetime) -> Standing:
    """The deadlines of a ticket at `now`; `events` are (time, activity) in their order."""
    responded, resolved = _responded(ticket, events), _resolved(ticket, events)
    judged = policies.judge(
        facts={
            "priority": ticket.priority, "channel": ticket.channel, "tier": ticket.tier,
            "kind": ticket.kind, "product_kind": ticket.product_kind,
        },
        created=ticket.created_at, responded=responded, resolved=resolved, events=events, now=now,
    )  # fmt: skip
    found = []
    if judged is not None:
        by_policy = ((RESPONSE, responded), (RESOLUTION, resolved))
        found += [one for name, done in by_policy if (one := _by_clock(name, ticket, judged, done, now))]
    agreed = agreed_time(ticket)
    if agreed is not None:
        found.append(_agreed(ticket, agreed, resolved, now))
    return Standing(tuple(found), judged)


def _resolved(ticket: Ticket, events: Events) -> datetime | None:
    """When the work ended; a cancelled ticket ends with its last step."""
    ended = ticket.resolved_at or ticket.closed_at
    if ended is None and not ticket.is_running:
        ended = events[-1][0] if events else ticket.changed_at
    return ended


def _responded(ticket: Ticket, events: Events) -> datetime | None:
    """When the customer was answered first: as recorded, else with the first step of work of a ticket kept here.

    What was resolved was answered by then at the latest.
    """
    if ticket.first_response_at is not None:
        return ticket.first_response_at
    if ticket.external_id is None:
        worked = next((at for at, activity in events if activity not in before_work()), None)
        if worked is not None:
            return worked
    return _resolved(ticket, events)


def _by_clock(name: str, ticket: Ticket, judged: Judged, done: datetime | None, now: datetime) -> Deadline | None:
    clock = judged.times.resolution if name == RESOLUTION else judged.times.response
    if clock is None:
        return None
    pauses = judged.pauses if name == RESOLUTION else ()
    zone = ZoneInfo(judged.calendar.zone)
    warn = due(ticket.created_at.astimezone(zone), WARN * clock.target, judged.calendar, pauses)
    if done is not None and done <= now:
        state = State.MISSED if clock.breached else State.MET
    elif clock.breached:
        state = State.OVERDUE
    elif clock.due is None or any(p.start <= now and (p.end is None or now < p.end) for p in pauses):
        state = State.PAUSED
    else:
        state = State.NEAR if warn is not None and now >= warn else State.RUNNING
    return Deadline(name, state, clock.due, warn, done, clock)


def _agreed(ticket: Ticket, at: datetime, done: datetime | None, now: datetime) -> Deadline:
    """An agreed time runs by the clock on the wall, whatever is waited for."""
    warn = ticket.created_at + max(at - ticket.created_at, timedelta()) * WARN
    if done is not None and done <= now:
        state = State.MET if done <= at else State.MISSED
    elif now > at:
        state = State.OVERDUE
    else:
        state = State.NEAR if now >= warn else State.RUNNING
    return Deadline(AGREED, state, at, warn, done)
