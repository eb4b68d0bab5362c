"""Reading notices and deliveries."""

from __future__ import annotations

from django.db import models
from django.db.models import Prefetch

from qualityloop.foundation.models import User
from qualityloop.foundation.notices.kinds import KINDS, NoticeKind
from qualityloop.foundation.notices.models import Choice, Delivery, Notice, Sent, Wishes
from qualityloop.foundation.notices.permissions import DELIVERIES

AMISS = (Sent.UNSURE.value, Sent.FAILED.value)


def notices_for(user: User, *, unread: bool = False) -> models.QuerySet[Notice]:
    """What `user` is told on the page, newest first, with the deliveries that have gone wrong."""
    found = Notice.objects.filter(user=user, on_page=True).order_by("-at", "-pk")
    amiss = Prefetch("deliveries", Delivery.objects.filter(state__in=AMISS), to_attr="amiss")
    return (found.filter(read_at__isnull=True) if unread else found).prefetch_related(amiss)


def unread_count(user: User) -> int:
    """How many notices on the page were not read."""
    return Notice.objects.filter(user=user, on_page=True, read_at__isnull=True).count()


def deliveries_for(user: object) -> models.QuerySet[Delivery]:
    """All deliveries for who answers for them, else one's own."""
    found = Delivery.objects.select_related("notice", "notice__user")
    return found if DELIVERIES.allows(user) else found.filter(notice__user=user)


def kinds_for(user: User) -> list[NoticeKind]:
    """The kinds of notices that `user` may get, by their names."""
    kinds = [kind for kind in KINDS.values() if kind.right is None or kind.right.allows(user)]
    return sorted(kinds, key=lambda kind: str(kind.label))


def wishes_of(user: User) -> Wishes:
    """How `user` wants to be told; nothing is written where they have not said."""
    return Wishes.objects.filter(user=user).first() or Wishes(user=user)


def choices_of(user: User) -> dict[tuple[str, str], str]:
    """What `user` has chosen: (kind, transport) → how."""
    return {(one.kind, one.transport): one.how for one in Choice.objects.filter(user=user)}
