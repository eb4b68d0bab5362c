"""What other systems can be told about feedback."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.feedback.models import Complaint
from qualityloop.foundation.records.targets import Delivery
from qualityloop.foundation.webhooks.events import event
from qualityloop.foundation.webhooks.services import announce

RECEIVED = event("complaint.received", _("Complaint received"))
NEWS = timedelta(days=3)  # what was received longer ago is history when it comes in


def complaints_arrived(keys: list[str], delivery: Delivery) -> None:
    """Tell of the complaints of a delivery that are new; in its transaction."""
    rows = Complaint.objects.filter(source=delivery.source, external_id__in=keys)
    complaint_received(rows.filter(received_at__gte=timezone.now() - NEWS).select_related("customer", "ticket"))


def complaint_received(complaints: Iterable[Complaint]) -> None:
    """Tell the systems that listen, in the caller's transaction."""
    for one in complaints:
        announce(
            RECEIVED.key,
            {
                "id": one.pk, "number": one.number, "url": f"/complaints/{one.pk}/",
                "received_at": one.received_at.isoformat(), "channel": one.channel, "category": one.category,
                "severity": one.severity, "status": one.status, "text": one.text,
                "customer": str(one.customer) if one.customer else None,
                "ticket": one.ticket.number if one.ticket else None,
            },
        )  # fmt: skip
