"""Telling people, and what they do about it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action
from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.notices.kinds import NoticeKind
from qualityloop.foundation.wording import Words, in_language

if TYPE_CHECKING:
    from qualityloop.foundation.models import User
    from qualityloop.foundation.notices.models import Delivery, Notice, Wishes

SENT_AGAIN = action("notice.sent_again", _("Notice sent again"))
WISHES_CHANGED = action("notice.wishes_changed", _("Notice settings changed"))
LONGEST_SUBJECT = 200
SECRET = frozenset({"dingtalk_url", "dingtalk_secret", "feishu_url", "feishu_secret", "wecom_url"})


def notify(
    *,
    to: Iterable[User],
    kind: NoticeKind,
    subject: Words,
    text: Words = "",
    url: str = "",
    once: str = "",
    links: Sequence[tuple[Words, str]] = (),
) -> list[Notice]:
    """Tell these people, in the caller's transaction: they are told if it commits, and only then.

    `subject` and `text` may be lazy or Messages: everybody reads them in their own language. `url` is a page of this
    application; `links` are more of them, with words of their own. Who was told under the name `once` before is not
    told again.
    """
    from qualityloop.foundation.notices.models import Choice, Notice, Wishes

    people = {user.pk: user for user in to if user.is_active}
    with transaction.atomic():
        if once:
            told = Notice.objects.filter(user__in=people, once=once).values_list("user_id", flat=True)
            people = {key: user for key, user in people.items() if key not in set(told)}
        wishes = {one.user_id: one for one in Wishes.objects.filter(user__in=people)}  # type: ignore[attr-defined]
        chosen: dict[int, dict[tuple[str, str], str]] = {}
        for person, transport, how in Choice.objects.filter(user__in=people, kind=kind.key).values_list(
            "user_id", "transport", "how"
        ):
            chosen.setdefault(person, {})[kind.key, transport] = how
        news = _News(kind, subject, text, url, once, tuple(links))
        robots: set[str] = set()
        return [
            _tell(news, user, wishes.get(key) or Wishes(user=user), chosen.get(key, {}), robots)
            for key, user in people.items()
        ]


@dataclass(frozen=True, slots=True)
class _News:
    """What there is to tell."""

    kind: NoticeKind
    subject: Words
    text: Words
    url: str
    once: str
    links: tuple[tuple[Words, str], ...]


def _tell(news: _News, user: User, wishes: Wishes, chosen: dict[tuple[str, str], str], robots: set[str]) -> Notice:
    """One person's notice and its deliveries. A robot that several people name tells its group once."""
    from qualityloop.foundation.notices.models import Delivery, Notice
    from qualityloop.foundation.notices.planning import plan
    from qualityloop.foundation.notices.transports import TRANSPORTS

    language = user.language or str(settings.LANGUAGE_CODE)
    subject = " ".join(in_language(news.subject, language).split())[:LONGEST_SUBJECT]
    now = timezone.now()
    on_page, ways = plan(news.kind, user, wishes, chosen, now)
    notice = Notice.objects.create(
        user=user, kind=news.kind.key, subject=subject, text=in_language(news.text, language), url=news.url,
        once=news.once, at=now, on_page=on_page,
        links=[[in_language(words, language), page] for words, page in news.links],
    )  # fmt: skip
    for way in ways:
        target = TRANSPORTS[way.transport].to(user, wishes)
        address = f"{way.transport} {target.address if target else ''}"
        if not way.digest:
            if address in robots:
                continue
            robots.add(address)
        delivery = Delivery.objects.create(
            notice=notice, transport=way.transport, digest=way.digest, due_at=way.due_at, changed_at=now
        )
        send(delivery)
    return notice


def send(delivery: Delivery) -> None:
    """Have a waiting delivery delivered when it is due; those of one digest go together."""
    if not delivery.digest:
        enqueue("notices.deliver", at=delivery.due_at, once=f"notice-{delivery.pk}", delivery_id=delivery.pk)
        return
    person = delivery.notice.user_id
    due = f"{delivery.due_at:%Y%m%dT%H%M}"
    enqueue(
        "notices.digest", at=delivery.due_at, once=f"digest-{person}-{delivery.transport}-{due}",
        user_id=person, transport=delivery.transport, due=delivery.due_at.isoformat(),
    )  # fmt: skip


def send_again(*, actor: User, delivery: Delivery, address: str = "") -> bool:
    """Send once more what has perhaps or surely not arrived: a person says so, who has looked."""
    from qualityloop.foundation.audit.recording import record
    from qualityloop.foundation.notices.models import Delivery, Sent

    with transaction.atomic():
        stuck = Delivery.objects.filter(pk=delivery.pk, state__in=[Sent.UNSURE, Sent.FAILED])
        now = timezone.now()
        again = {"state": Sent.WAITING, "due_at": now, "digest": False, "parcel": "", "attempts": 0, "changed_at": now}
        if not stuck.update(**again):
            return False
        before, after = {"state": delivery.state}, {"state": Sent.WAITING.value}
        record(actor=actor, action=SENT_AGAIN, record=delivery, before=before, after=after, address=address)
        delivery.refresh_from_db()
        send(delivery)
    return True


def notices_read(user: User, notice: Notice | None = None) -> int:
    """Mark one notice, or all, as read; how many were not."""
    from qualityloop.foundation.notices.models import Notice

    unread = Notice.objects.filter(user=user, on_page=True, read_at__isnull=True)
    return (unread.filter(pk=notice.pk) if notice else unread).update(read_at=timezone.now())


def wishes_save(*, user: User, values: dict[str, Any], choices: dict[tuple[str, str], str], address: str = "") -> None:
    """Keep how somebody wants to be told. The log says what was changed, and of robots only that they were."""
    from qualityloop.foundation.audit.recording import record, values_of
    from qualityloop.foundation.notices.models import Choice, Wishes

    with transaction.atomic():
        wishes, _new = Wishes.objects.get_or_create(user=user)
        kept = {(c.kind, c.transport): c.how for c in Choice.objects.filter(user=user)}
        before = {**_public(values_of(wishes, *values)), **_named(kept)}
        for name, value in values.items():
            setattr(wishes, name, value)
        wishes.save()
        Choice.objects.filter(user=user).delete()
        Choice.objects.bulk_create(Choice(user=user, kind=k, transport=t, how=how) for (k, t), how in choices.items())
        after = {**_public(values_of(wishes, *values)), **_named(choices)}
        if after != before:
            record(actor=user, action=WISHES_CHANGED, record=wishes, before=before, after=after, address=address)


def _public(values: dict[str, Any]) -> dict[str, Any]:
    """Addresses of robots are secrets: of them the log keeps a trace by which a change shows, and nothing else."""
    shown = {}
    for name, value in values.items():
        if name in SECRET:
            shown[name] = (
                "#" + hashlib.sha256(f"{settings.SECRET_KEY}{value}".encode()).hexdigest()[:8] if value else ""
            )
        else:
            shown[name] = value.isoformat() if hasattr(value, "isoformat") else value
    return shown


def _named(choices: dict[tuple[str, str], str]) -> dict[str, str]:
    return {f"{kind} {transport}": how for (kind, transport), how in sorted(choices.items())}
