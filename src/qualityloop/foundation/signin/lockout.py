"""Lock-out: after some wrong passwords an account is closed to that address for a while. Counted by django-axes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from axes.signals import user_locked_out
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from qualityloop.foundation.audit.actions import ACCOUNT_LOCKED, ACCOUNT_UNLOCKED
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import User


@dataclass(frozen=True, slots=True)
class Lock:
    """An account that is closed to an address."""

    username: str
    address: str
    until: datetime


def connect() -> None:
    """Listen; called once when the application starts."""
    user_locked_out.connect(_locked, dispatch_uid="lockout.locked")


def name_for_counting(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Under which name attempts are counted: the account's, or a fingerprint of what is none (it may be a password)."""
    typed = str((credentials or {}).get("username") or request.POST.get("login") or "").strip()
    known = User.objects.filter(username=typed.replace("\x00", "")).values_list("username", flat=True).first()
    if known is not None:
        return str(known)
    secret = f"{settings.SECRET_KEY}{typed}".encode("utf-8", "replace")
    return "?" + hashlib.sha256(secret).hexdigest()[:20]


def address_for_counting(request: HttpRequest) -> str:
    """The address as the rest of the product sees it."""
    return address_of(request)


def locked_page(request: HttpRequest, *_more: Any) -> HttpResponse:
    """What one sees while the door is closed."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "account/locked.html", {"minutes": minutes}, status=429)


def locks(usernames: Iterable[str] | None = None) -> list[Lock]:
    """Accounts that are closed to an address now."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    found = AccessAttempt.objects.filter(attempt_time__gte=since).exclude(username__startswith="?")
    if usernames is not None:
        found = found.filter(username__in=list(usernames))
    totals: dict[tuple[str, str], tuple[int, datetime]] = {}
    for name, address, failures, at in found.values_list(
        "username", "ip_address", "failures_since_start", "attempt_time"
    ):
        before = totals.get((name, address or ""), (0, at))
        totals[name, address or ""] = (before[0] + failures, max(before[1], at))
    return [
        Lock(name, address, at + settings.AXES_COOLOFF_TIME)
        for (name, address), (failures, at) in totals.items()
        if failures >= settings.AXES_FAILURE_LIMIT
    ]


def account_unlock(*, actor: object, user: User, address: str = "") -> None:
    """Open an account again to every address."""
    with transaction.atomic():
        count, _rows = AccessAttempt.objects.filter(username=user.username).delete()
        if count:
            record(actor=actor, action=ACCOUNT_UNLOCKED, record=user, before=None, after=None, address=address)


def attempts_forget(older: timedelta = timedelta(days=30)) -> None:
    """Forget old attempts."""
    AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - older).delete()


def _locked(*, request: HttpRequest, username: str, **_more: Any) -> None:
    """One entry when the door closes, none while it is closed."""
    user = User.objects.filter(username=username).first()
    if user is None or getattr(request, "lock_noted", False):
        return
    request.lock_noted = True  # type: ignore[attr-defined]
    with transaction.atomic():
        record(actor=None, action=ACCOUNT_LOCKED, record=user, before=None, after=None, address=address_of(request))
