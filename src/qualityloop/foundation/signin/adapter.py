"""How allauth behaves here."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.actions import PASSWORD_CHANGED
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import User
from qualityloop.foundation.signin.sessions import sessions_end


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are given, not taken: nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Say only what went wrong: what went well is shown by the page that follows."""
        if level >= messages.ERROR:
            super().add_message(request, level, *args, **kwargs)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Nothing: wrong passwords are counted in one place, by the lock-out."""

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whether to ask once more who it is before locks are changed: not just after signing in."""
        request = context.request
        records = get_authentication_records(request, request.user) if request is not None else []
        fresh = bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
        return not fresh and bool(super().is_reauthentication_required(app=app))

    def set_password(self, user: User, password: str) -> None:
        """Change one's own password. That it was changed enters the audit log, never what it is.

        It ends every other session: whoever had the old password is out.
        """
        with transaction.atomic():
            user.one_time_until = None
            super().set_password(user, password)
            address = address_of(self.request)
            record(actor=user, action=PASSWORD_CHANGED, record=user, before=None, after=None, address=address)
            sessions_end(actor=user, user=user, but=self.request.session.session_key, address=address)


class FactorsAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: their secrets are encrypted, so that a copy of the database alone opens no door."""

    def get_totp_issuer(self) -> str:
        """What the app on the phone shows."""
        return _("QualityLoop")

    def get_totp_label(self, user: User) -> str:
        """Which account it is."""
        return user.username

    def encrypt(self, text: str) -> str:
        """Under a key derived from the installation's."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Empty where the installation's key was changed: then no code fits, and an administrator resets."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return ""


def _cipher() -> Fernet:
    from base64 import urlsafe_b64encode

    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second factors").derive(
        str(settings.SECRET_KEY).encode()
    )
    return Fernet(urlsafe_b64encode(derived))
