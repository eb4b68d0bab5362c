"""Announcing events, and keeping subscriptions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action
from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.webhooks.events import EVENTS, PING

if TYPE_CHECKING:
    from qualityloop.foundation.models import User
    from qualityloop.foundation.webhooks.models import Call, Subscription

MADE = action("webhook.made", _("Webhook subscription made"))
CHANGED = action("webhook.changed", _("Webhook subscription changed"))
REMOVED = action("webhook.removed", _("Webhook subscription removed"))
NEW_SECRET = action("webhook.new_secret", _("Webhook subscription given a new secret"))
TESTED = action("webhook.tested", _("Webhook subscription tested"))
AGAIN = action("webhook.again", _("Webhook call sent again"))
GONE = action("webhook.gone", _("Webhook subscription ended by its receiver"))
RECORDED = ("name", "url", "events_json", "active")  # never the secret


def announce(event: str, payload: Mapping[str, Any]) -> int:
    """Tell every subscription of `event`, in the caller's transaction; how many are told.

    `payload` may hold what JSON can say, and dates, instants, decimals and UUIDs.
    """
    from qualityloop.foundation.webhooks.models import Subscription

    if event not in EVENTS:
        raise KeyError(event)
    told = [one for one in Subscription.objects.filter(active=True) if event in one.events]
    if told:
        _announce(event, payload, told)
    return len(told)


def _announce(event: str, payload: Mapping[str, Any], to: list[Subscription]) -> list[Call]:
    from qualityloop.foundation.webhooks.models import Announcement, Call

    with transaction.atomic():
        announcement = Announcement(event=event)
        content = {"id": announcement.id, "event": event, "at": announcement.at, "data": payload}
        announcement.body = json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False)
        announcement.save(force_insert=True)
        calls = [Call.objects.create(announcement=announcement, subscription=one) for one in to]
        for call in calls:
            _send(call)
    return calls


def _send(call: Call) -> None:
    enqueue("webhooks.call", once=f"webhook-{call.pk}", call_id=str(call.pk))


def subscription_save(
    *, actor: User, subscription: Subscription, values: Mapping[str, Any], address: str = ""
) -> Subscription:
    """Make a subscription, or change it."""
    from qualityloop.foundation.audit.recording import record, values_of

    with transaction.atomic():
        new = subscription.pk is None
        before = None if new else values_of(type(subscription).objects.get(pk=subscription.pk), *RECORDED)
        for name, value in values.items():
            setattr(subscription, name, value)
        subscription.save()
        after = values_of(subscription, *RECORDED)
        if after != before:
            made = MADE if new else CHANGED
            record(actor=actor, action=made, record=subscription, before=before, after=after, address=address)
    return subscription


def subscription_remove(*, actor: User, subscription: Subscription, address: str = "") -> None:
    """Forget a subscription and its calls."""
    from qualityloop.foundation.audit.recording import record, values_of

    with transaction.atomic():
        before = values_of(subscription, *RECORDED)
        record(actor=actor, action=REMOVED, record=subscription, before=before, after=None, address=address)
        subscription.delete()


def subscription_renew(*, actor: User, subscription: Subscription, address: str = "") -> str:
    """Give it a new secret, which is answered and shown once; calls from now on are signed with it."""
    from qualityloop.foundation.audit.recording import record
    from qualityloop.foundation.webhooks.models import new_secret

    with transaction.atomic():
        subscription.secret = new_secret()
        subscription.save(update_fields=["secret"])
        record(actor=actor, action=NEW_SECRET, record=subscription, before=None, after=None, address=address)
    return subscription.secret


def subscription_test(*, actor: User, subscription: Subscription, address: str = "") -> Call:
    """Call it once, whatever it has subscribed to."""
    from qualityloop.foundation.audit.recording import record

    with transaction.atomic():
        record(actor=actor, action=TESTED, record=subscription, before=None, after=None, address=address)
        return _announce(PING.key, {"text": "质环 · QualityLoop"}, [subscription])[0]


def call_again(*, actor: User, call: Call, address: str = "") -> bool:
    """Send a call once more, whatever became of it; its key stays, so that the receiver knows it."""
    from qualityloop.foundation.audit.recording import record
    from qualityloop.foundation.webhooks.models import Call, CallState

    with transaction.atomic():
        ended = Call.objects.filter(pk=call.pk).exclude(state=CallState.WAITING)
        if not ended.update(state=CallState.WAITING, attempts_made=0, changed_at=timezone.now()):
            return False
        before, after = {"state": call.state}, {"state": CallState.WAITING.value}
        record(actor=actor, action=AGAIN, record=call, before=before, after=after, address=address)
        _send(call)
    return True
