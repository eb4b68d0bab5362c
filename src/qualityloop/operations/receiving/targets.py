"""Which columns of the fact tables go where."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from django.utils import timezone

from qualityloop.analysis.datasets import INTERACTIONS, MESSAGES, TICKET_EVENTS, TICKETS
from qualityloop.foundation.records import bulk
from qualityloop.foundation.records.targets import Delivery, Target
from qualityloop.foundation.records.upsert import register_target
from qualityloop.operations.deadlines.keeping import ask_to_look
from qualityloop.operations.models import Interaction, Message, Ticket, TicketEvent
from qualityloop.operations.receiving.assigned import assigned_columns, team_column, ticket_columns
from qualityloop.operations.receiving.links import LINKED, register_linked, relink, tickets_arrived


def same(*names: str) -> dict[str, str]:
    """Columns that are called alike in the fact table and in the model."""
    return {name: name for name in names}


def _of_interaction(table: pa.Table, delivery: Delivery) -> dict[str, pa.Array]:
    return assigned_columns(table, delivery) | ticket_columns(table, delivery)


def _ticket_columns(table: pa.Table, delivery: Delivery) -> dict[str, pa.Array]:
    """With the wish that the deadlines of what is not ended be computed at once."""
    now = bulk.constant(timezone.now(), table.num_rows, pa.timestamp("us"))
    ended = pa.repeat(pa.scalar(False), table.num_rows)
    for name in ("resolved_at", "closed_at"):
        if name in table.column_names:
            ended = pc.or_(ended, pc.is_valid(table.column(name)))
    if isinstance(ended, pa.ChunkedArray):
        ended = ended.combine_chunks()
    look = pc.if_else(ended, pa.scalar(None, pa.timestamp("us")), now)
    return assigned_columns(table, delivery) | {"next_look_at": look}


TICKET_TARGET = Target(
    TICKETS,
    Ticket,
    same(
        "subject", "created_at", "first_response_at", "resolved_at", "closed_at", "due_at", "channel", "kind",
        "category", "product", "product_kind", "priority", "shift", "tier", "region", "status", "contacts",
        "reopened", "escalated", "reassigned", "handling_minutes", "queue_seconds", "deviated",
    ) | {"source": "origin"},
    _ticket_columns,
    derived=frozenset({"next_look_at"}),
    follow=ask_to_look,
    arrived=tickets_arrived,
    soft=LINKED,
    lines=("ticket_events",),
)  # fmt: skip

EVENT_TARGET = Target(
    TICKET_EVENTS,
    TicketEvent,
    same("seq", "at", "activity", "lifecycle", "actor"),
    team_column,
    parent=TICKET_TARGET,
    grown=ask_to_look,
)

INTERACTION_TARGET = Target(
    INTERACTIONS,
    Interaction,
    same(
        "started_at", "answered_at", "ended_at", "channel", "direction", "shift", "product", "category",
        "complexity", "queue_seconds", "talk_seconds", "hold_seconds", "wrap_seconds", "abandoned",
        "transferred", "solved",
    ),
    _of_interaction,
    derived=frozenset({"ticket_id"}),
    follow=partial(relink, Interaction),
    lines=("messages",),
)  # fmt: skip

MESSAGE_TARGET = Target(MESSAGES, Message, same("seq", "at", "author", "text"), parent=INTERACTION_TARGET)


def connect() -> None:
    """Register the receivers; what others refer to comes first."""
    register_linked(Interaction)
    for target in (TICKET_TARGET, EVENT_TARGET, INTERACTION_TARGET, MESSAGE_TARGET):
        register_target(target)
