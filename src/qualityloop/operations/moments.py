"""What tickets and interactions add to the timelines of tickets and customers."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from qualityloop.customers.models import Customer
from qualityloop.foundation.panels import Moment, register_moments
from qualityloop.foundation.wording import value_word
from qualityloop.operations.models import Interaction, Ticket, TicketEvent
from qualityloop.operations.permissions import INTERACTIONS, TICKETS
from qualityloop.operations.queries import interactions_for, tickets_for

NEWEST = 50  # records in the history of a customer


def connect() -> None:
    """Register the timelines."""
    register_moments("operations.ticket", _events)
    register_moments("operations.ticket", _interactions)
    register_moments("customers.customer", _history)
    register_moments("customers.customer", _talks)


def _events(request: HttpRequest, ticket: Ticket) -> Iterator[Moment]:
    """The event log; a ticket without one tells its instants."""
    events = list(TicketEvent.objects.filter(ticket=ticket).select_related("team")[:500])
    for event in events:
        who = " · ".join(part for part in (event.actor, event.team.name if event.team else "") if part)
        text = " ".join(part for part in (event.lifecycle, event.note) if part)
        yield Moment(event.at, event.activity, "circle-check", text, who)
    if not events:
        yield from _instants(ticket)


def _instants(ticket: Ticket) -> Iterator[Moment]:
    for at, title, icon in (
        (ticket.created_at, _("Created"), "plus"),
        (ticket.first_response_at, _("First response"), "headset"),
        (ticket.resolved_at, _("Resolved"), "check"),
        (ticket.closed_at, _("Closed"), "lock"),
    ):
        if at is not None:
            yield Moment(at, title, icon)


def _interactions(request: HttpRequest, ticket: Ticket) -> Iterator[Moment]:
    if INTERACTIONS.allows(request.user):
        for one in Interaction.objects.filter(ticket=ticket).select_related("agent").order_by("started_at")[:200]:
            yield _talk(one)


def _talk(one: Interaction) -> Moment:
    how = (value_word("channel", one.channel) or _("Interaction"), value_word("direction", one.direction))
    title = " · ".join(part for part in how if part)
    return Moment(
        one.started_at, title, "headset", one.category, one.agent.name if one.agent else "",
        reverse("operations:interaction", args=[one.pk]),
    )  # fmt: skip


def _history(request: HttpRequest, customer: Customer) -> Iterator[Moment]:
    if TICKETS.allows(request.user):
        for ticket in tickets_for(request.user).filter(customer=customer).order_by("-created_at")[:NEWEST]:
            title = " ".join(part for part in (_("Ticket"), ticket.number, ticket.status) if part)
            text = Truncator(ticket.subject or ticket.category).chars(120)
            yield Moment(ticket.created_at, title, "inbox", text, url=reverse("operations:ticket", args=[ticket.pk]))


def _talks(request: HttpRequest, customer: Customer) -> Iterator[Moment]:
    if INTERACTIONS.allows(request.user):
        found = interactions_for(request.user).filter(customer=customer).select_related("agent")
        for one in found.order_by("-started_at")[:NEWEST]:
            yield _talk(one)
