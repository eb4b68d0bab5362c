"""Accounts: making, changing and closing them, and giving passwords."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.audit.actions import (
    ACCOUNT_CHANGED,
    ACCOUNT_CREATED,
    ONE_TIME_PASSWORD,
    PASSWORD_CHANGED,
)
from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.foundation.models import RECORDED, User

ONE_TIME_DAYS = 7  # how long a one-time password opens the door
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike on paper


def account_create(
    *,
    username: str,
    password: str | None,
    role: str,
    name: str = "",
    email: str = "",
    actor: User | None = None,
    address: str = "",
) -> User:
    """The account `username`, made, or brought to this password, role and name where it exists.

    Without an `actor` it is the system that does so (a command, the demo). No password: signs in elsewhere.
    """
    if role not in current_roles().roles:
        raise ValueError(f"there is no role {role}")
    with transaction.atomic():
        user = User.objects.select_for_update().filter(username=username).first()
        if user is None:
            user = User.objects.create_user(username, password, role=role, name=name, email=email)
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


def account_make(
    *, actor: User | None, username: str, name: str, email: str, role: str, address: str = ""
) -> tuple[User, str]:
    """A new account, and the one-time password with which its owner comes in for the first time."""
    with transaction.atomic():
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError({"username": _("There is an account of this user name already.")})
        password = one_time_password()
        until = timezone.now() + timedelta(days=ONE_TIME_DAYS)
        user = User.objects.create_user(username, password, name=name, email=email, role=role, one_time_until=until)
        after = values_of(user, *RECORDED)
        record(actor=actor, action=ACCOUNT_CREATED, record=user, before=None, after=after, address=address)
    return user, password


def account_change(
    *, actor: object, user: User, name: str, email: str, role: str, is_active: bool, address: str = ""
) -> None:
    """Change an account or close it. ValidationError where nobody could manage accounts and roles any more."""
    from qualityloop.foundation.access.services import ensure_an_administrator
    from qualityloop.foundation.signin.sessions import sessions_end

    with transaction.atomic():
        kept = User.objects.select_for_update().get(pk=user.pk)
        before = values_of(kept, *RECORDED)
        kept.name, kept.email, kept.role, kept.is_active = name, email, role, is_active
        kept.save(update_fields=["name", "email", "role", "is_active"])
        after = values_of(kept, *RECORDED)
        if after == before:
            return
        record(actor=actor, action=ACCOUNT_CHANGED, record=kept, before=before, after=after, address=address)
        if not is_active:
            sessions_end(actor=actor, user=kept, address=address)
        ensure_an_administrator()


def password_reset(*, actor: object, user: User, address: str = "") -> str:
    """A one-time password for somebody who forgot theirs; ends their sessions and opens a locked account."""
    from qualityloop.foundation.signin.lockout import account_unlock
    from qualityloop.foundation.signin.sessions import sessions_end

    password = one_time_password()
    with transaction.atomic():
        kept = User.objects.select_for_update().get(pk=user.pk)
        kept.set_password(password)
        kept.one_time_until = timezone.now() + timedelta(days=ONE_TIME_DAYS)
        kept.save(update_fields=["password", "one_time_until"])
        after = {"one_time_until": kept.one_time_until.isoformat(timespec="seconds")}
        record(actor=actor, action=ONE_TIME_PASSWORD, record=kept, before=None, after=after, address=address)
        sessions_end(actor=actor, user=kept, address=address)
        account_unlock(actor=actor, user=kept, address=address)
    return password


def one_time_password() -> str:
    """Four groups of four characters, 79 bits; easy to read out."""
    return "-".join("".join(secrets.choice(LETTERS) for _n in range(4)) for _group in range(4))
