"""Making the calls, and repeating them until they are taken."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import message
from qualityloop.foundation import outward
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.jobs import Later, Progress, job, schedule
from qualityloop.foundation.models import User
from qualityloop.foundation.notices import notice_kind, notify
from qualityloop.foundation.webhooks.events import PING
from qualityloop.foundation.webhooks.models import Announcement, Attempt, Call, CallState
from qualityloop.foundation.webhooks.permissions import WEBHOOKS
from qualityloop.foundation.webhooks.services import GONE
from qualityloop.foundation.webhooks.signing import headers
from qualityloop.foundation.wording import kept

PAUSES = (30, 120, 600, 1800, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)  # seconds before the next attempt
LONGEST_WAIT = 24 * 3600.0  # that a receiver may ask for
KEPT = timedelta(days=90)
GONE_FOR_GOOD = 410

FAILED = notice_kind("webhooks.failed", _("A webhook is not taken"), right=WEBHOOKS)


@job("webhooks.call", _("Webhook call"), longest=120, quiet=True)
def call(progress: Progress, *, call_id: str) -> None:
    """Make one attempt. A worker that dies in between leaves it to the next, which may call a second time."""
    found = Call.objects.select_related("announcement", "subscription").filter(pk=call_id).first()
    if found is None or found.state != CallState.WAITING:
        return
    if not found.subscription.active and found.announcement.event != PING.key:
        _end(found, CallState.SKIPPED, Attempt(call=found, error_json=kept(message("the subscription is not active"))))
        return
    attempt, again = _attempt(found)
    if attempt.status is not None and 200 <= attempt.status < 300:
        _end(found, CallState.DONE, attempt)
    elif not again or found.attempts_made >= len(PAUSES):
        _end(found, CallState.FAILED, attempt)
    else:
        wait = max(PAUSES[found.attempts_made], min(again, LONGEST_WAIT))
        _end(found, CallState.WAITING, attempt)
        raise Later(wait, message("attempt {n} was not taken", n=found.attempts_made))


@job("webhooks.forget", _("Old webhook calls are removed"), quiet=True)
def forget(progress: Progress) -> None:
    """Remove announcements older than three months of which nothing waits."""
    old = Announcement.objects.filter(at__lt=timezone.now() - KEPT).exclude(Q(calls__state=CallState.WAITING))
    for _round in range(1000):
        keys = list(old.values_list("pk", flat=True)[:500])
        if not keys:
            return
        Announcement.objects.filter(pk__in=keys).delete()


schedule("webhooks.forget", cron="50 3 * * *")


def _attempt(found: Call) -> tuple[Attempt, float]:
    """What came of it, and after how many seconds to try again at the earliest; 0: never."""
    body = found.announcement.body.encode()
    subscription, event = found.subscription, found.announcement.event
    attempt = Attempt(call=found)
    try:
        with outward.connected(subscription.url) as line:
            answer = line.post(
                body, headers(subscription.secret, int(time.time()), body, event=event, key=str(found.pk))
            )
    except outward.Forbidden as error:
        attempt.error_json = kept(error.text)
        return attempt, 0
    except (outward.NotSent, outward.Unknown) as error:
        attempt.error_json = kept(error.text)
        return attempt, 1
    attempt.status, attempt.milliseconds, attempt.answer = answer.status, answer.milliseconds, answer.text[:2000]
    attempt.answer = attempt.answer.replace("\x00", "�")
    return attempt, 0 if answer.status == GONE_FOR_GOOD else max(answer.retry_after or 1, 1)


def _end(found: Call, state: CallState, attempt: Attempt) -> None:
    """Note an attempt and where the call now is; of one that is given up the administrators are told."""
    with transaction.atomic():
        attempt.save()
        found.state, found.status, found.changed_at = state.value, attempt.status, timezone.now()
        found.attempts_made += 1
        found.save(update_fields=["state", "status", "changed_at", "attempts_made"])
        if attempt.status == GONE_FOR_GOOD and found.subscription.active:
            found.subscription.active = False
            found.subscription.save(update_fields=["active"])
            record(actor=None, action=GONE, record=found.subscription, before={"active": True}, after={"active": False})
        if state == CallState.FAILED:
            _tell(found)


def _tell(found: Call) -> None:
    name, day = found.subscription.name, f"{timezone.localdate():%Y-%m-%d}"
    people = [user for user in User.objects.filter(is_active=True) if WEBHOOKS.allows(user)]
    notify(
        to=people,
        kind=FAILED,
        subject=message("“{name}” does not take our webhooks", name=name),
        text=message("All attempts have failed. The log says why; what was not taken can be sent again there."),
        url=f"/webhooks/{found.subscription.pk}/",
        once=f"webhook-{found.subscription.pk}-{day}",
    )
