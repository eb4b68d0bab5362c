"""Reading tickets and interactions, for whoever asks."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from qualityloop.operations.models import Annotation, Interaction, Ticket
from qualityloop.people.scope import restrict

FIRST = 2000  # messages that a page shows; the longest chat has fewer


def tickets_for(user: Any) -> QuerySet[Ticket]:
    """The tickets that `user` may see."""
    return restrict(Ticket.objects.all(), user)


def interactions_for(user: Any) -> QuerySet[Interaction]:
    """The calls, chats and visits that `user` may see."""
    return restrict(Interaction.objects.all(), user)


def ticket_whole(user: Any, pk: int) -> Ticket | None:
    """One ticket with what its page shows of other tables; None where `user` may not see it."""
    rows = tickets_for(user).select_related("team", "agent", "customer__tier", "batch")
    return rows.filter(pk=pk).first()


def interaction_whole(user: Any, pk: int) -> Interaction | None:
    """One interaction with what its page shows of other tables; None where `user` may not see it."""
    rows = interactions_for(user).select_related("team", "agent", "customer", "ticket", "recording", "batch")
    return rows.filter(pk=pk).first()


def annotations_of(interaction: Interaction) -> QuerySet[Annotation]:
    """What was marked, in the order of the recording."""
    return Annotation.objects.filter(interaction=interaction).select_related("author")
