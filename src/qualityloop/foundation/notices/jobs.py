"""Taking deliveries out: each is marked before it goes, so that a crash never makes two of it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import message
from qualityloop.foundation.jobs import Later, Progress, job, schedule
from qualityloop.foundation.notices.kinds import KINDS
from qualityloop.foundation.notices.models import Delivery, Notice, Sent, Wishes
from qualityloop.foundation.notices.planning import after_quiet
from qualityloop.foundation.notices.signals import delivered
from qualityloop.foundation.notices.transports import TRANSPORTS
from qualityloop.foundation.notices.transports.base import Letter, Refused, Send, To, TryAgain, Unsure
from qualityloop.foundation.wording import Words, kept

PAUSES = (60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)  # seconds before the next attempt
MOST_IN_DIGEST = 100
KEPT = timedelta(days=180)


@job("notices.deliver", _("Delivery of a notice"), longest=120, quiet=True)
def deliver(progress: Progress, *, delivery_id: int) -> None:
    """Send one delivery."""
    _settle(Delivery.objects.filter(pk=delivery_id, digest=False))


@job("notices.digest", _("Daily digest of notices"), longest=120, quiet=True)
def digest(progress: Progress, *, user_id: int, transport: str, due: str) -> None:
    """Send what has gathered for one person as one letter; as several where it is more than a letter holds."""
    due_at = datetime.fromisoformat(due)
    while _settle(Delivery.objects.filter(notice__user=user_id, transport=transport, digest=True, due_at__lte=due_at)):
        pass


@job("notices.forget", _("Old notices are removed"), quiet=True)
def forget(progress: Progress) -> None:
    """Remove notices that nobody needs any more: read, and older than half a year."""
    old = Notice.objects.filter(at__lt=timezone.now() - KEPT).exclude(on_page=True, read_at__isnull=True)
    for _round in range(1000):
        keys = list(old.values_list("pk", flat=True)[:500])
        if not keys:
            return
        Notice.objects.filter(pk__in=keys).delete()


schedule("notices.forget", cron="40 3 * * *")


def _settle(wanted: models.QuerySet[Delivery]) -> bool:
    """Send what waits of these as one letter; what was being sent when a worker died is put before a person.

    Whether the letter was full and went out, so that more may wait.
    """
    _interrupted(wanted)
    waiting = list(
        wanted.filter(state=Sent.WAITING).select_related("notice", "notice__user").order_by("pk")[:MOST_IN_DIGEST]
    )
    if not waiting:
        return False
    user, transport = waiting[0].notice.user, TRANSPORTS.get(waiting[0].transport)
    wishes = Wishes.objects.filter(user=user).first() or Wishes(user=user)
    to = transport.to(user, wishes) if transport and user.is_active else None
    if to is None or transport is None:
        _mark(waiting, Sent.SKIPPED, message("there is no address any more, or the account is closed"), on_page=True)
        return False
    _not_in_quiet_hours(waiting, wishes)
    parcel = uuid.uuid4().hex
    try:
        with translation.override(user.language or settings.LANGUAGE_CODE), transport.ready(to) as send_it:
            key = _send(waiting, parcel, to, send_it)
    except TryAgain as error:
        _later(waiting, error)
    except Refused as error:
        _mark(waiting, Sent.FAILED, error.text, on_page=True)
    except Unsure as error:
        _mark(waiting, Sent.UNSURE, error.text, on_page=True)
    else:
        with transaction.atomic():
            _mark(waiting, Sent.SENT, "", message_id=key)
            for one in waiting:
                delivered.send(Delivery, delivery=one, message_id=key, at=timezone.now())
        return len(waiting) == MOST_IN_DIGEST
    return False


def _send(waiting: list[Delivery], parcel: str, to: To, send_it: Send) -> str:
    """The connection stands: mark first, then send. Whoever finds the mark later knows what he does not know.

    The key of the message: as the other side told, else ours.
    """
    with transaction.atomic():
        ours = Delivery.objects.filter(pk__in=[one.pk for one in waiting], state=Sent.WAITING)
        count = ours.update(state=Sent.SENDING, parcel=parcel, changed_at=timezone.now())
        if count != len(waiting):
            transaction.set_rollback(True)
    if count != len(waiting):
        raise TryAgain(message("somebody else was faster"))
    letter = _letter(waiting)
    return send_it(letter) or letter.key


def _letter(waiting: list[Delivery]) -> Letter:
    """One notice as it is, several as a list."""
    first = waiting[0].notice
    key = f"notice-{waiting[0].pk}.{waiting[0].attempts}"
    if not waiting[0].digest:
        links = tuple((words, absolute(page)) for words, page in first.links if absolute(page))
        return Letter(first.subject, first.text, absolute(first.url), key, links)
    lines = []
    for delivery in waiting:
        notice = delivery.notice
        lines += [f"• {timezone.localtime(notice.at):%m-%d %H:%M} {notice.subject}"]
        lines += [f"  {line}" for line in ([*notice.text.splitlines()[:3], absolute(notice.url)]) if line.strip()]
    subject = ngettext("{n} notice", "{n} notices", len(waiting)).format(n=len(waiting))
    return Letter(gettext("Daily digest: {what}").format(what=subject), "\n".join(lines), absolute("/notices/"), key)


def absolute(url: str) -> str:
    """A page of ours as others reach it; empty where nobody has said under which address (QUALITYLOOP_ADDRESS)."""
    base = str(settings.QUALITYLOOP_ADDRESS)
    return f"{base.rstrip('/')}{url}" if base and url.startswith("/") else ""


def _interrupted(wanted: models.QuerySet[Delivery]) -> None:
    """SENDING without anybody who sends: the run that did so has not come back, or this one would not be here."""
    left = list(wanted.filter(state=Sent.SENDING).select_related("notice"))
    if left:
        text = message("the worker broke off between sending and noting it: it may have arrived or not")
        _mark(left, Sent.UNSURE, text, on_page=True)


def _not_in_quiet_hours(waiting: list[Delivery], wishes: Wishes) -> None:
    """A repetition may have come into the quiet hours, or these were chosen since."""
    kind = KINDS.get(waiting[0].notice.kind)
    if kind is not None and kind.urgent:
        return
    end = after_quiet(now := timezone.now(), wishes)
    if end > now:
        raise Later(end, message("waits for the end of the quiet hours"))


def _later(waiting: list[Delivery], error: TryAgain) -> None:
    """Wait before the next attempt, or give up after the last."""
    done = waiting[0].attempts
    keys = [one.pk for one in waiting]
    if done >= len(PAUSES):
        _mark(waiting, Sent.FAILED, error.text, on_page=True)
        return
    again = {"state": Sent.WAITING, "attempts": done + 1, "error_json": kept(error.text), "changed_at": timezone.now()}
    Delivery.objects.filter(pk__in=keys).update(**again)
    raise Later(max(PAUSES[done], error.seconds), error.text)


def _mark(deliveries: list[Delivery], state: Sent, why: Words, *, on_page: bool = False, message_id: str = "") -> None:
    """Note how it went. What has not surely arrived shows on the page, whatever was chosen: so nothing is lost."""
    with transaction.atomic():
        keys = [one.pk for one in deliveries]
        Delivery.objects.filter(pk__in=keys).update(
            state=state, error_json=kept(why), message_id=message_id[:200], changed_at=timezone.now()
        )
        if on_page:
            Notice.objects.filter(deliveries__in=keys, on_page=False).update(on_page=True, read_at=None)
