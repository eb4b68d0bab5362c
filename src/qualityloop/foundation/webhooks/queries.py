"""Reading subscriptions and calls."""

from __future__ import annotations

from django.db import models
from django.db.models import Count, Max, Q

from qualityloop.foundation.webhooks.models import Call, CallState, Subscription
from qualityloop.foundation.webhooks.permissions import WEBHOOKS


def subscriptions() -> models.QuerySet[Subscription]:
    """All subscriptions by name, with how many calls wait or failed, and when the last was taken."""
    return Subscription.objects.order_by("name", "pk").annotate(
        waiting=Count("calls", filter=Q(calls__state=CallState.WAITING)),
        failed=Count("calls", filter=Q(calls__state=CallState.FAILED)),
        last_taken=Max("calls__changed_at", filter=Q(calls__state=CallState.DONE)),
    )


def calls_for(user: object) -> models.QuerySet[Call]:
    """All calls, for who may see them."""
    found = Call.objects.select_related("announcement", "subscription")
    return found if WEBHOOKS.allows(user) else found.none()
