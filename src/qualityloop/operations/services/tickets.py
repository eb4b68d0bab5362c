"""Registering a ticket, and changing it; each step is added to its event log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.recording import differing, record, values_of
from qualityloop.foundation.records.numbering import next_number
from qualityloop.foundation.webhooks.services import announce
from qualityloop.operations.actions import TICKET_CHANGED, TICKET_REGISTERED
from qualityloop.operations.deadlines.keeping import deadlines_set
from qualityloop.operations.events import CHANGED, CREATED
from qualityloop.operations.models import Ticket, TicketEvent
from qualityloop.operations.priority import WORDS, priority_of
from qualityloop.operations.words import (
    ASSIGNMENT,
    CLOSED,
    CLOSURE,
    NEW,
    PAUSED,
    REASSIGNMENT,
    REGISTRATION,
    REOPENING,
    RESOLUTION,
    RESOLVED,
    WORKING,
    in_house,
)

PREFIX = "GD"
RECORDED = (
    "number", "subject", "description", "created_at", "first_response_at", "resolved_at", "closed_at", "due_at",
    "channel", "kind", "category", "product", "priority", "urgency", "impact", "status", "tier", "region", "escalated",
)  # fmt: skip
DEADLINES = (
    "due_at", "response_due_at", "resolution_due_at", "sla_version", "next_due_at", "next_warn_at", "next_look_at",
    "sla_told",
)  # fmt: skip
CHANGEABLE = frozenset(
    {
        "subject", "description", "channel", "kind", "category", "product", "urgency", "impact", "priority", "status",
        "team", "agent", "customer", "due_at", "region", "escalated",
    }
)  # fmt: skip


def ticket_register(*, actor: Any, address: str = "", **values: Any) -> Ticket:
    """Take a request in: number, priority, first entry of its event log; all or nothing."""
    now = timezone.now()
    values.setdefault("created_at", now)
    ticket = Ticket(**{name: value for name, value in values.items() if value is not None})
    if not ticket.priority:
        ticket.priority = _priority(ticket)
    ticket.status = ticket.status or in_house(NEW)
    if ticket.customer is not None:
        ticket.tier = ticket.tier or (ticket.customer.tier.name if ticket.customer.tier else "")
        ticket.region = ticket.region or ticket.customer.region
    with transaction.atomic():
        ticket.number = next_number(Ticket, PREFIX)
        ticket.save(force_insert=True)
        _event(ticket, actor, REGISTRATION, ticket.created_at)
        deadlines_set(ticket, now)
        ticket.save(update_fields=DEADLINES)
        record(
            actor=actor, action=TICKET_REGISTERED, record=ticket, before=None, after=_values(ticket),
            address=address,
        )  # fmt: skip
        _announce(CREATED.key, ticket)
    return ticket


def ticket_change(*, actor: Any, ticket: Ticket, reason: str = "", address: str = "", **values: Any) -> Ticket:
    """Change some columns; what differs is recorded, and steps of the work enter the event log.

    Nothing is written where nothing differs. ValueError for a column that is not changed by hand.
    """
    if unknown := set(values) - CHANGEABLE:
        raise ValueError(f"not changed by hand: {', '.join(sorted(unknown))}")
    with transaction.atomic():
        kept = Ticket.objects.select_for_update().get(pk=ticket.pk)
        before, given = _values(kept), _holders(kept)
        for name, value in values.items():
            setattr(kept, name, value)
        if {"urgency", "impact"} & set(values) and "priority" not in values:
            kept.priority = _priority(kept) or kept.priority
        after = _values(kept)
        if before == after:
            return kept
        now = timezone.now()
        _hand_over(kept, given, actor, now)
        _steps(kept, before, actor, now)
        kept.changed_at = now
        deadlines_set(kept, now)
        kept.save()
        was, is_now = differing(before, _values(kept))
        record(
            actor=actor, action=TICKET_CHANGED, record=kept, before=was, after=is_now, reason=reason, address=address,
        )  # fmt: skip
        _announce(CHANGED.key, kept)
    return kept


def acknowledgement(ticket: Ticket) -> str:
    """What the customer is told at once."""
    local = timezone.localtime(ticket.created_at)
    return _(
        "Thank you for your request. We registered it on {date} at {time} under the number {number} and are on it; "
        "please name this number when you ask."
    ).format(date=local.strftime("%Y-%m-%d"), time=local.strftime("%H:%M"), number=ticket.number)


def _priority(ticket: Ticket) -> str:
    found = priority_of(ticket.urgency, ticket.impact)
    return in_house(WORDS[found]) if found else ""


def _values(ticket: Ticket) -> dict[str, Any]:
    """What the audit log says about a ticket, names in place of keys."""
    names = {name: str(row) if (row := getattr(ticket, name)) else None for name in ("team", "agent", "customer")}
    return values_of(ticket, *RECORDED) | names


def _holders(ticket: Ticket) -> tuple[int | None, int | None]:
    """Team and agent."""
    return ticket.team.pk if ticket.team else None, ticket.agent.pk if ticket.agent else None


def _hand_over(ticket: Ticket, given: tuple[int | None, int | None], actor: Any, now: datetime) -> None:
    """Somebody else has it now; the first to have it is no reassignment."""
    if _holders(ticket) != given:
        first = given == (None, None)
        if not first:
            ticket.reassigned = (ticket.reassigned or 0) + 1
        _event(ticket, actor, ASSIGNMENT if first else REASSIGNMENT, now)


def _steps(ticket: Ticket, before: dict[str, Any], actor: Any, now: datetime) -> None:
    """What another status means for the ticket's life."""
    if ticket.status == before["status"]:
        return
    if before["resolved_at"] and ticket.status in map(in_house, (NEW, WORKING, PAUSED)):
        ticket.reopened = (ticket.reopened or 0) + 1
        ticket.resolved_at = ticket.closed_at = None
        _event(ticket, actor, REOPENING, now)
    elif ticket.status == in_house(RESOLVED):
        ticket.resolved_at = ticket.resolved_at or now
        _event(ticket, actor, RESOLUTION, now)
    elif ticket.status == in_house(CLOSED):
        ticket.closed_at = ticket.closed_at or now
        _event(ticket, actor, CLOSURE, now)
    else:
        _event(ticket, actor, ticket.status, now)


def _event(ticket: Ticket, actor: Any, activity: str | Promise, at: datetime) -> None:
    last = TicketEvent.objects.filter(ticket=ticket).aggregate(last=Max("seq"))["last"] or 0
    who = str(actor)[:150] if actor is not None else ""
    TicketEvent.objects.create(
        ticket=ticket, seq=last + 1, at=at, activity=in_house(activity)[:200], actor=who, team=ticket.team
    )


def _announce(event: str, ticket: Ticket) -> None:
    """Tell the systems that listen."""
    announce(event, {"id": ticket.pk, "url": f"/tickets/{ticket.pk}/", **_values(ticket)})
