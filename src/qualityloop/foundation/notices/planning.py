"""When and by which ways somebody is told, after their wishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from qualityloop.foundation.models import User
from qualityloop.foundation.notices.kinds import PAGE, NoticeKind
from qualityloop.foundation.notices.models import How, Wishes
from qualityloop.foundation.notices.transports import TRANSPORTS

Chosen = Mapping[tuple[str, str], str]  # (kind, transport) → how


@dataclass(frozen=True, slots=True)
class Way:
    """By which transport, when, and whether in the digest."""

    transport: str
    due_at: datetime
    digest: bool


def how(kind: NoticeKind, transport: str, chosen: Chosen) -> How:
    """How the kind comes by the transport: as chosen, else as shipped."""
    choice = chosen.get((kind.key, transport))
    if choice is not None:
        return How(choice)
    return How.NOW if transport in kind.transports else How.OFF


def plan(kind: NoticeKind, user: User, wishes: Wishes, chosen: Chosen, now: datetime) -> tuple[bool, list[Way]]:
    """Whether the notice shows on the page, and the ways by which it goes out as well."""
    ways = []
    for transport in TRANSPORTS.values():
        wanted = how(kind, transport.key, chosen)
        if not transport.sends or wanted == How.OFF or transport.to(user, wishes) is None:
            continue
        if wanted == How.DIGEST and not kind.urgent:
            ways.append(Way(transport.key, after_quiet(next_digest(now, wishes), wishes), digest=True))
        else:
            ways.append(Way(transport.key, now if kind.urgent else after_quiet(now, wishes), digest=False))
    on_page = how(kind, PAGE, chosen) != How.OFF or not ways  # who wants it nowhere still finds it on the page
    return on_page, ways


def after_quiet(instant: datetime, wishes: Wishes) -> datetime:
    """`instant`, or the end of the quiet hours in which it lies."""
    start, end = wishes.quiet_from, wishes.quiet_to
    if start is None or end is None or start == end:
        return instant
    local = timezone.localtime(instant)
    at = local.time()
    if start < end:
        return _at(local, end) if start <= at < end else instant
    if at >= start:  # over midnight
        return _at(local + timedelta(days=1), end)
    return _at(local, end) if at < end else instant


def next_digest(now: datetime, wishes: Wishes) -> datetime:
    """The next time that the clock strikes the hour of the digest."""
    local = timezone.localtime(now)
    today = _at(local, time(wishes.digest_hour))
    return today if today > now else _at(local + timedelta(days=1), time(wishes.digest_hour))


def _at(day: datetime, at: time) -> datetime:
    """That time on that local day."""
    return timezone.make_aware(datetime.combine(day.date(), at))
