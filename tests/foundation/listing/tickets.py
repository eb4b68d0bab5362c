"""A list of tickets, as a room would declare it, and an address for it."""

from __future__ import annotations

from django.urls import include, path
from ninja import Router

from qualityloop.foundation.api.app import addresses, assembled
from qualityloop.foundation.api.lists import serve_list
from qualityloop.foundation.listing import Choice, Column, Days, Listing, Related, Words, YesNo, listing_page
from qualityloop.foundation.permissions import Permission
from qualityloop.foundation.roles import LEADING, Role
from qualityloop.operations.models import Ticket

RIGHT = Permission("tests.tickets", "See tickets", frozenset(LEADING | {Role.AGENT.value}))
TONES = {"open": "warning", "closed": "met", "overdue": "missed"}


def visible(user):  # type: ignore[no-untyped-def]
    """Everybody sees all but an agent, who sees what is theirs."""
    rows = Ticket.objects.all()
    return rows.filter(agent__user=user) if user.role == "agent" else rows


TICKETS = Listing(
    key="tests.tickets",
    title="工单",
    right=RIGHT,
    query=visible,
    columns=(
        Column("number", link=True),
        Column("subject"),
        Column("created_at"),
        Column("team", path="team__name"),
        Column("customer", path="customer__name"),
        Column("channel"),
        Column("priority", sort=True),
        Column("status", tone=TONES.get),
        Column("handling_minutes"),
        Column("escalated"),
        Column("description", shown=False),
    ),
    filters=(
        Words("number", "subject", "customer__name"),
        Days("created_at"),
        Choice("channel"),
        Choice("status"),
        Choice("contacts"),
        Related("team"),
        YesNo("escalated"),
    ),
    order="-created_at",
    empty="还没有工单。请先导入,或者接入一个来源。",
    record=lambda ticket: f"/tickets/{ticket.pk}/",
    api="",
)

OWN = Router()
serve_list(TICKETS, OWN)

urlpatterns = [
    path("tickets/", listing_page(TICKETS), name="tickets"),
    path("served/", include(addresses(assembled({"tickets": OWN}, "tests-api")))),
    path("", include("qualityloop.config.urls")),
]
handler404 = "qualityloop.foundation.errors.not_found"
