"""Accounts: who may have one, and making one."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest

from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.audit.actions import ACCOUNT_CHANGED, ACCOUNT_CREATED, PASSWORD_CHANGED
from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import RECORDED, User


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are given, not taken: nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def add_message(self, *args: object, **kwargs: object) -> None:
        """Say nothing about signing in and out: the page that follows shows it."""

    def set_password(self, user: User, password: str) -> None:
        """Change one's own password. That it was changed enters the audit log, never what it is."""
        with transaction.atomic():
            super().set_password(user, password)
            record(
                actor=user,
                action=PASSWORD_CHANGED,
                record=user,
                before=None,
                after=None,
                address=address_of(self.request),
            )


def account_create(
    *, username: str, password: str, role: str, name: str = "", actor: User | None = None, address: str = ""
) -> User:
    """The account `username`, made, or brought to this password, role and name where it exists.

    Without an `actor` it is the system that does so (a command, the demo).
    """
    if role not in current_roles().roles:
        raise ValueError(f"there is no role {role}")
    with transaction.atomic():
        user = User.objects.select_for_update().filter(username=username).first()
        if user is None:
            user = User.objects.create_user(username, password, role=role, name=name)
            after = values_of(user, *RECORDED)
            record(actor=actor, action=ACCOUNT_CREATED, record=user, before=None, after=after, address=address)
            return user
        before = values_of(user, *RECORDED)
        user.role, user.name, user.is_active = role, name, True
        user.set_password(password)
        user.save()
        after = values_of(user, *RECORDED)
        if after != before:
            record(actor=actor, action=ACCOUNT_CHANGED, record=user, before=before, after=after, address=address)
        record(actor=actor, action=PASSWORD_CHANGED, record=user, before=None, after=None, address=address)
    return user
