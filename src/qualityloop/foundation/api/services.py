"""Making and revoking tokens."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.api.guards import digest_of
from qualityloop.foundation.api.models import Token
from qualityloop.foundation.audit.actions import action
from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.foundation.models import User
from qualityloop.foundation.permissions import Permission

TOKEN_CREATED = action("api.token_created", _("API token made"))
TOKEN_REVOKED = action("api.token_revoked", _("API token revoked"))
RECORDED = ("name", "prefix", "everything", "scopes", "read_only", "expires_at", "revoked_at")
LETTERS = string.ascii_letters + string.digits
LENGTH = 43  # letters of a secret: 256 bits
DAYS = (30, 90, 365)  # that a token may live


def token_create(
    *,
    actor: User,
    name: str,
    days: int,
    rights: Iterable[Permission] | None = None,
    read_only: bool = True,
    address: str = "",
) -> tuple[Token, str]:
    """A token for `actor` and its secret, which is not kept: everything they may, or some `rights` of theirs."""
    scopes = None if rights is None else sorted({right.key for right in rights if right.allows(actor)})
    secret = "qlt_" + "".join(secrets.choice(LETTERS) for _place in range(LENGTH))
    token = Token(
        owner=actor,
        name=name,
        prefix=secret[:10],
        digest=digest_of(secret),
        everything=scopes is None,
        scopes=scopes or [],
        read_only=read_only,
        expires_at=timezone.now() + timedelta(days=days),
    )
    with transaction.atomic():
        token.save()
        after = values_of(token, *RECORDED)
        record(actor=actor, action=TOKEN_CREATED, record=token, before=None, after=after, address=address)
    return token, secret


def token_revoke(*, actor: User, token: Token, address: str = "") -> None:
    """The token opens nothing any more. That `actor` may do so is for the caller to see."""
    with transaction.atomic():
        locked = Token.objects.select_for_update().get(pk=token.pk)
        if locked.revoked_at is not None:
            return
        before = values_of(locked, *RECORDED)
        locked.revoked_at = timezone.now()
        locked.save(update_fields=["revoked_at"])
        after = values_of(locked, *RECORDED)
        record(actor=actor, action=TOKEN_REVOKED, record=locked, before=before, after=after, address=address)
