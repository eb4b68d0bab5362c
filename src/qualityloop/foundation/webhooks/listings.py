"""The log of calls."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.listing import Choice, Column, Days, Listing, Related
from qualityloop.foundation.listing.columns import Tone
from qualityloop.foundation.webhooks.events import label_of
from qualityloop.foundation.webhooks.models import Call, CallState
from qualityloop.foundation.webhooks.permissions import WEBHOOKS
from qualityloop.foundation.webhooks.queries import calls_for

TONES: dict[str, Tone] = {
    CallState.DONE.value: "met",
    CallState.WAITING.value: "warning",
    CallState.FAILED.value: "missed",
}

CALLS = Listing(
    key="webhooks.calls",
    title=_("Webhook calls"),
    note=_("Every call to another system and what it answered. What was not taken is repeated for two days."),
    right=WEBHOOKS,
    query=calls_for,
    of=Call,
    columns=(
        Column("event", path="announcement__event", link=True, text=label_of),
        Column("subscription", path="subscription__name", label=_("To")),
        Column("state", tone=TONES),
        Column("status", label=_("Answer")),
        Column("attempts_made"),
        Column("changed_at"),
    ),
    filters=(Choice("state"), Related("subscription", path="subscription"), Days("changed_at")),
    order="-changed_at",
    empty=_("Nobody has been called yet. Add a subscription and send a test."),
    record=lambda call: reverse("webhooks:call", args=[call.pk]),
    api="",
)
