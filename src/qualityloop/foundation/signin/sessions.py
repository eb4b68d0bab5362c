"""Sessions of an account: written down at the sign-in, seen again every few minutes, ended one by one or all."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from qualityloop.foundation.audit.actions import SESSIONS_ENDED
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import User
from qualityloop.foundation.signin.models import SignIn

EVERY = 300.0  # seconds between two notes that a session was seen, per process
_noted: dict[str, float] = {}  # when this process noted a session last
MOST = 20_000  # sessions remembered; then the memory starts anew


@dataclass(frozen=True, slots=True)
class Shown:
    """A session as its owner sees it."""

    pk: int
    device: str
    address: str
    at: datetime
    seen_at: datetime
    current: bool


def connect() -> None:
    """Listen; called once when the application starts."""
    user_logged_in.connect(_signed_in, dispatch_uid="sessions.signed_in")


def _signed_in(*, request: HttpRequest | None, user: Any, **_more: Any) -> None:
    if request is not None and getattr(request, "session", None) is not None and request.session.session_key:
        _note(request, user)


def _note(request: HttpRequest, user: Any) -> None:
    key = str(request.session.session_key)
    agent = request.META.get("HTTP_USER_AGENT", "").replace("\x00", "")[:300]
    values = {"user_id": user.pk, "address": address_of(request)[:64], "agent": agent, "seen_at": timezone.now()}
    SignIn.objects.update_or_create(session_key=key, defaults=values)
    if len(_noted) > MOST:
        _noted.clear()
    _noted[key] = time.monotonic()


class SessionsMiddleware:
    """Note now and then that a session is alive; a session whose key was changed is noted under the new one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        before = request.session.session_key
        response = self.get_response(request)
        key = request.session.session_key
        user = getattr(request, "user", None)
        if key and isinstance(user, User) and (request.session.modified or request.session.accessed):
            if before and before != key:
                SignIn.objects.filter(session_key=before).update(session_key=key)
            if time.monotonic() - _noted.get(key, -EVERY) >= EVERY:
                _note(request, user)
        return response


def sessions_of(user: User, current: str | None = None) -> list[Shown]:
    """Sessions that are still good, the newest first; what has ended otherwise is forgotten."""
    known = list(SignIn.objects.filter(user=user))
    keys = [one.session_key for one in known]
    alive = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()).values_list("pk", flat=True)
    )
    if gone := [one.pk for one in known if one.session_key not in alive]:
        SignIn.objects.filter(pk__in=gone).delete()
    return [
        Shown(one.pk, device_of(one.agent), one.address, one.at, one.seen_at, one.session_key == current)
        for one in known
        if one.session_key in alive
    ]


def sessions_end(
    *, actor: object, user: User, only: int | None = None, but: str | None = None, address: str = ""
) -> int:
    """End sessions of an account: one of them, all but the one with key `but`, or all. How many ended."""
    with transaction.atomic():
        ending = SignIn.objects.filter(user=user)
        ending = ending.filter(pk=only) if only is not None else ending
        ending = ending.exclude(session_key=but) if but else ending
        rows = list(ending)
        Session.objects.filter(pk__in=[one.session_key for one in rows]).delete()
        ending.delete()
        if rows:
            after = {"sessions": [f"{device_of(one.agent)} {one.address}".strip() for one in rows]}
            record(actor=actor, action=SESSIONS_ENDED, record=user, before=after, after=None, address=address)
    return len(rows)


BROWSERS = (("Edg", "Edge"), ("MicroMessenger", "WeChat"), ("DingTalk", "DingTalk"), ("Lark", "Feishu"),
            ("QQBrowser", "QQ Browser"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
            ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("HarmonyOS", "HarmonyOS"), ("OpenHarmony", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"),
           ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"))  # fmt: skip


def device_of(agent: str) -> str:
    """Browser and system as a person says them; the first word of what the program calls itself otherwise."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    known = " · ".join(part for part in (browser, system) if part)
    return known or (re.split(r"[\s(]", agent.strip(), maxsplit=1)[0][:60])
