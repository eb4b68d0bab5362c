"""The lists 工单 and 服务交互."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.listing import Button, Choice, Column, Days, Listing, Related, Words, YesNo
from qualityloop.foundation.permissions import Elsewhere
from qualityloop.operations import permissions, queries
from qualityloop.operations.deadlines import listed as words
from qualityloop.operations.models import Interaction, Ticket
from qualityloop.people.models import Department, Staff
from qualityloop.people.scope import restrict

IMPORT = Button(_("Import"), "collection:imports", Elsewhere("collection.import"), "upload")


def teams(user: Any) -> QuerySet[Department]:
    """Teams whose records `user` may see."""
    return restrict(Department.objects.filter(is_active=True), user, team="", agent=None, customer=None)


def staff(user: Any) -> QuerySet[Staff]:
    """People whose records `user` may see."""
    return restrict(Staff.objects.filter(left_on=None), user, team="department", agent="", customer=None)


TICKETS = Listing(
    key="operations.tickets",
    of=Ticket,
    title=_("Tickets"),
    note=_("Every request for service, from its registration to its end"),
    right=permissions.TICKETS,
    query=queries.tickets_for,
    order="-created_at",
    columns=(
        Column("number", link=True),
        Column("created_at"),
        Column("subject"),
        Column("customer", path="customer__name"),
        Column("channel"),
        Column("category"),
        Column("product"),
        Column("priority"),
        Column("team", path="team__name"),
        Column("agent", path="agent__name"),
        Column("status"),
        Column("deadline", label=_("Deadline"), text=words.state, tone=words.tone, type=str),
        Column("next_due_at", label=_("Time left"), text=words.left),
        Column("first_response_at", shown=False),
        Column("resolved_at"),
        Column("closed_at", shown=False),
        Column("due_at", shown=False),
        Column("kind", shown=False),
        Column("tier", shown=False),
        Column("region", shown=False),
        Column("contacts", shown=False),
        Column("reopened", shown=False),
        Column("escalated", shown=False),
        Column("reassigned", shown=False),
        Column("source", shown=False),
    ),
    filters=(
        Words("number", "subject"),
        Days("created", path="created_at", label=_("created")),
        Choice("status"),
        Choice("channel"),
        Choice("category"),
        Choice("product"),
        Choice("priority"),
        Related("team", options=teams),
        Related("agent", options=staff),
        Words("customer__name", "customer__number", name="customer", label=_("customer")),
        YesNo("escalated"),
        words.DeadlineFilter(),
        words.QueueFilter(),
    ),
    buttons=(Button(_("Register a ticket"), "operations:ticket_new", permissions.TICKET_EDIT), IMPORT),
    empty=_("No tickets yet. Import them from files under “Import”, or register one by hand."),
    record=lambda ticket: reverse("operations:ticket", args=[ticket.pk]),
)

INTERACTIONS = Listing(
    key="operations.interactions",
    of=Interaction,
    title=_("Interactions"),
    note=_("Calls, chats and visits with their transcripts and recordings"),
    right=permissions.INTERACTIONS,
    query=queries.interactions_for,
    order="-started_at",
    columns=(
        Column("number", link=True),
        Column("started_at"),
        Column("channel"),
        Column("direction"),
        Column("customer", path="customer__name"),
        Column("agent", path="agent__name"),
        Column("team", path="team__name"),
        Column("category"),
        Column("talk_seconds"),
        Column("solved"),
        Column("ticket", path="ticket__number"),
        Column("answered_at", shown=False),
        Column("ended_at", shown=False),
        Column("queue_seconds", shown=False),
        Column("hold_seconds", shown=False),
        Column("wrap_seconds", shown=False),
        Column("abandoned", shown=False),
        Column("transferred", shown=False),
        Column("product", shown=False),
        Column("source", shown=False),
    ),
    filters=(
        Words("number"),
        Days("started", path="started_at", label=_("started")),
        Choice("channel"),
        Choice("direction"),
        Choice("category"),
        Related("team", options=teams),
        Related("agent", options=staff),
        YesNo("solved"),
        YesNo("transferred"),
        YesNo("abandoned"),
    ),
    buttons=(IMPORT,),
    empty=_("No calls or chats yet. Import them from files under “Import”."),
    record=lambda interaction: reverse("operations:interaction", args=[interaction.pk]),
)
