"""What the room publishes to the lake: tickets, their events, interactions, messages."""

from __future__ import annotations

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from qualityloop.foundation.lake.facts import Facts, register_facts
from qualityloop.foundation.records.asides import counted
from qualityloop.operations.models import Interaction, Message, Ticket, TicketEvent

ORIGIN = Coalesce(NullIf("origin", Value("")), "source")
TICKET = Coalesce("ticket__number", "ticket_key")  # the key that came with the row while the ticket is not here
ASSIGNED = {"team": "team__name", "agent": "agent__name", "customer": "customer__number"}


def tickets_counted() -> QuerySet[Ticket]:
    """The tickets that count."""
    return counted(Ticket.objects.all())


def events_counted() -> QuerySet[TicketEvent]:
    """The steps of the tickets that count."""
    return counted(TicketEvent.objects.all(), Ticket, "ticket_id")


def publish() -> None:
    """Register the room's fact tables."""
    register_facts(
        Facts(
            "tickets",
            tickets_counted,
            columns={"ticket_id": "number", "source": ORIGIN, **ASSIGNED},
            changed="changed_at",
        )
    )
    register_facts(
        Facts(
            "ticket_events",
            events_counted,
            columns={"ticket_id": "ticket__number", "team": "team__name"},
            serial="id",
        )
    )
    register_facts(
        Facts(
            "interactions",
            Interaction.objects.all,
            columns={"interaction_id": "number", "ticket_id": TICKET, **ASSIGNED},
            changed="changed_at",
        )
    )
    register_facts(
        Facts("messages", Message.objects.all, columns={"interaction_id": "interaction__number"}, serial="id")
    )
