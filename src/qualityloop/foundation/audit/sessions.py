"""Signing in, failing to, and signing out enter the audit log, whichever way they come about.

Language and theme do not: they change nothing for anybody else, and would bury what does. Pages that were
only looked at do not either.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone

from qualityloop.foundation.audit.actions import SIGN_IN_FAILED, SIGNED_IN, SIGNED_OUT, Action
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.models import User

SHORTLY = timedelta(minutes=15)
MOST_OF_AN_ADDRESS = 10
MOST_OF_AN_ACCOUNT = 30


def address_of(request: HttpRequest | None) -> str:
    """Where a request came from, as the limits on signing in see it (proxies: ALLAUTH_TRUSTED_…); may be empty."""
    return (get_client_ip(request) or "") if request is not None else ""


def connect() -> None:
    """Listen; called once when the application starts."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="audit.sign_in_failed")


def _signed_in(*, request: HttpRequest | None, user: models.Model, **_more: Any) -> None:
    _session(SIGNED_IN, user, user, request)


def _signed_out(*, request: HttpRequest | None, user: models.Model | None, **_more: Any) -> None:
    if user is not None:
        _session(SIGNED_OUT, user, user, request)


def _failed(*, credentials: Mapping[str, Any], request: HttpRequest | None = None, **_more: Any) -> None:
    """A failed attempt on an account that exists names it. Another name is not kept: it may be a password.

    Somebody who tries on and on fills no log: per account, and per address for names that are none, only the
    first ones of a quarter of an hour are written down.
    """
    account = User.objects.filter(username=str(credentials.get("username", "")).replace("\x00", "")).first()
    if not _enough(account, address_of(request)):
        _session(SIGN_IN_FAILED, None, account, request)


def _enough(account: User | None, address: str) -> bool:
    before = AuditEntry.objects.filter(action=SIGN_IN_FAILED.key, at__gte=timezone.now() - SHORTLY)
    if account is None:
        return before.filter(model="", record_id="", address=address).count() >= MOST_OF_AN_ADDRESS
    return before.filter(model=account._meta.label_lower, record_id=str(account.pk)).count() >= MOST_OF_AN_ACCOUNT


def _session(action: Action, actor: object, account: models.Model | None, request: HttpRequest | None) -> None:
    with transaction.atomic():
        record(actor=actor, action=action, record=account, before=None, after=None, address=address_of(request))
