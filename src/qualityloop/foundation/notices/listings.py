"""The list of deliveries."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.listing import Choice, Column, Days, Listing, Words
from qualityloop.foundation.listing.columns import Tone
from qualityloop.foundation.notices.models import Delivery, Sent
from qualityloop.foundation.notices.permissions import DELIVERIES
from qualityloop.foundation.notices.queries import deliveries_for
from qualityloop.foundation.notices.transports import TRANSPORTS

TONES: dict[str, Tone] = {Sent.SENT.value: "met", Sent.UNSURE.value: "warning", Sent.FAILED.value: "missed"}


def _transport(key: str) -> str:
    return str(TRANSPORTS[key].label) if key in TRANSPORTS else key


DELIVERED = Listing(
    key="notices.deliveries",
    title=_("Deliveries of notices"),
    note=_("What goes out of the house by e-mail and work chats. What is on the page only needs no delivery."),
    right=DELIVERIES,
    query=deliveries_for,
    of=Delivery,
    columns=(
        Column("subject", path="notice__subject", link=True),
        Column("user", path="notice__user__name", label=_("To")),
        Column("transport", text=_transport),
        Column("state", tone=TONES),
        Column("attempts"),
        Column("due_at"),
        Column("changed_at"),
        Column("error", label=_("Reason"), sort=False),
    ),
    filters=(Words("notice__subject", "notice__user__name"), Choice("state"), Choice("transport"), Days("changed_at")),
    order="-changed_at",
    empty=_("Nothing has been sent yet. People choose in their notice settings what they get by e-mail or chat."),
    record=lambda delivery: reverse("notices:delivery", args=[delivery.pk]),
    api="",
)
