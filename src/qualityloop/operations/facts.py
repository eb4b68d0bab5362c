"""What the room publishes to the lake: tickets, their events, interactions, messages."""

from __future__ import annotations

from qualityloop.foundation.lake.facts import Facts, register_facts
from qualityloop.operations.models import Interaction, Message, Ticket, TicketEvent

ASSIGNED = {"team": "team__name", "agent": "agent__name", "customer": "customer__number"}


def publish() -> None:
    """Register the room's fact tables."""
    register_facts(
        Facts("tickets", Ticket.objects.all, columns={"ticket_id": "number", **ASSIGNED}, changed="changed_at")
    )
    register_facts(
        Facts(
            "ticket_events",
            TicketEvent.objects.all,
            columns={"ticket_id": "ticket__number", "team": "team__name"},
            serial="id",
        )
    )
    register_facts(
        Facts(
            "interactions",
            Interaction.objects.all,
            columns={"interaction_id": "number", "ticket_id": "ticket__number", **ASSIGNED},
            changed="changed_at",
        )
    )
    register_facts(
        Facts("messages", Message.objects.all, columns={"interaction_id": "interaction__number"}, serial="id")
    )
