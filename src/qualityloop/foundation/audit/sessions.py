"""Signing in, failing to, and signing out enter the audit log, whichever way they come about.

Language and theme do not: they change nothing for anybody else, and would bury what does. Pages that were
only looked at do not either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import models, transaction
from django.http import HttpRequest

from qualityloop.foundation.audit.actions import SIGN_IN_FAILED, SIGNED_IN, SIGNED_OUT, Action
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.models import User


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
    """A failed attempt on an account that exists names it. Another name is not kept: it may be a password."""
    account = User.objects.filter(username=str(credentials.get("username", ""))).first()
    _session(SIGN_IN_FAILED, None, account, request)


def _session(action: Action, actor: object, account: models.Model | None, request: HttpRequest | None) -> None:
    with transaction.atomic():
        record(actor=actor, action=action, record=account, before=None, after=None, address=address_of(request))
