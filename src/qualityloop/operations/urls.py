"""Addresses of tickets and interactions."""

from __future__ import annotations

from django.urls import path

from qualityloop.foundation.listing import listing_page
from qualityloop.operations.listings import INTERACTIONS, TICKETS
from qualityloop.operations.views import interactions, tickets

app_name = "operations"

urlpatterns = [
    path("tickets/", listing_page(TICKETS), name="tickets"),
    path("tickets/new/", tickets.ticket_new, name="ticket_new"),
    path("tickets/<int:pk>/", tickets.ticket, name="ticket"),
    path("tickets/<int:pk>/edit/", tickets.ticket_edit, name="ticket_edit"),
    path("interactions/", listing_page(INTERACTIONS), name="interactions"),
    path("interactions/<int:pk>/", interactions.interaction, name="interaction"),
    path("interactions/<int:pk>/marks/", interactions.mark_add, name="mark_add"),
    path("interactions/<int:pk>/marks/<int:mark>/", interactions.mark_change, name="mark_change"),
    path("interactions/<int:pk>/recording/", interactions.recording_add, name="recording_add"),
]
