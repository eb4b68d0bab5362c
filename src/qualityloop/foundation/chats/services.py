"""Connections, linked accounts, codes; each write in the log, secrets only as a trace by which a change shows."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualityloop.foundation.audit.actions import action
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.chats.models import ChatAccount, ChatApp, LinkCode
from qualityloop.foundation.models import User

MADE = action("chat.made", gettext_lazy("Work chat connected"))
CHANGED = action("chat.changed", gettext_lazy("Work chat changed"))
REMOVED = action("chat.removed", gettext_lazy("Work chat removed"))
LINKED = action("chat.linked", gettext_lazy("Account in a chat linked"))
UNLINKED = action("chat.unlinked", gettext_lazy("Account in a chat unlinked"))
OPEN, SECRET = ("platform", "name", "corp", "api_url", "active"), ("secret", "token", "api_secret")
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 and O, 1, I and L
VALID = timedelta(minutes=15)


def app_save(*, actor: User, app: ChatApp, values: Mapping[str, Any], address: str = "") -> ChatApp:
    """Connect a chat, or change what was agreed with it."""
    with transaction.atomic():
        new = app.pk is None
        before = None if new else _said(ChatApp.objects.get(pk=app.pk))
        for name, value in values.items():
            setattr(app, name, value)
        app.save()
        if (after := _said(app)) != before:
            record(
                actor=actor, action=MADE if new else CHANGED, record=app, before=before, after=after, address=address
            )
    return app


def app_remove(*, actor: User, app: ChatApp, address: str = "") -> None:
    """Forget a chat, the accounts in it and what was said."""
    with transaction.atomic():
        record(actor=actor, action=REMOVED, record=app, before=_said(app), after=None, address=address)
        app.delete()


def account_link(
    *, actor: User, app: ChatApp, external: str, user: User, name: str = "", address: str = ""
) -> ChatAccount:
    """Say that a person of the chat is a person of ours; one of each."""
    external = external.strip()
    if not external:
        raise ValidationError({"external": _("Say who it is in the chat.")})
    with transaction.atomic():
        if ChatAccount.objects.filter(app=app, external=external).exists():
            raise ValidationError({"external": _("This user of the chat is linked already.")})
        if ChatAccount.objects.filter(app=app, user=user).exists():
            raise ValidationError({"user": _("This account is linked to another user of the chat already.")})
        made = ChatAccount.objects.create(app=app, external=external[:128], user=user, name=name[:100])
        after = {"app": str(app), "external": external, "user": user.username}
        record(actor=actor, action=LINKED, record=made, before=None, after=after, address=address)
    return made


def account_unlink(*, actor: User, account: ChatAccount, address: str = "") -> None:
    """End that: what this user of the chat says is a stranger's word again."""
    with transaction.atomic():
        before = {"app": str(account.app), "external": account.external, "user": account.user.username}
        record(actor=actor, action=UNLINKED, record=account, before=before, after=None, address=address)
        account.delete()


def code_make(*, user: User) -> str:
    """A code for the chat, valid for a quarter of an hour, once; the one before is void."""
    code = "".join(secrets.choice(LETTERS) for _n in range(8))
    LinkCode.objects.update_or_create(user=user, defaults={"digest": digest(code), "until": timezone.now() + VALID})
    return code


def code_use(*, app: ChatApp, code: str, external: str, name: str, address: str) -> User | None:
    """Whose code it is, now linked; None where it is nobody's. ValidationError where one of both is linked already."""
    with transaction.atomic():
        found = LinkCode.objects.select_for_update().filter(digest=digest(code), until__gt=timezone.now()).first()
        if found is None or not found.user.is_active:
            return None
        user: User = found.user
        account_link(actor=user, app=app, external=external, user=user, name=name, address=address)
        found.delete()
    return user


def digest(code: str) -> str:
    """What is kept of a code."""
    return salted_hmac("qualityloop.chats", code.strip().upper(), algorithm="sha256").hexdigest()


def _said(app: ChatApp) -> dict[str, Any]:
    traces = {name: getattr(app, name) for name in SECRET}
    return {name: getattr(app, name) for name in OPEN} | {
        f"{name} #": salted_hmac("qualityloop.chats.log", value).hexdigest()[:8] if value else ""
        for name, value in traces.items()
    }
