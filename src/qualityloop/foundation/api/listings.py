"""Everybody's tokens, for administrators."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.api.models import Token
from qualityloop.foundation.api.permissions import ALL_TOKENS
from qualityloop.foundation.listing import Column, Days, Listing, Words, YesNo


def all_tokens(user: Any) -> QuerySet[Token]:
    """Every token, whoever owns it."""
    return Token.objects.all()


ALL = Listing(
    key="api.tokens",
    title=_("Everybody's API tokens"),
    note=_("Programs that act for somebody here. A token that is not needed any more should be revoked."),
    right=ALL_TOKENS,
    query=all_tokens,
    columns=(
        Column("name", link=True),
        Column("owner", path="owner__username", label=_("Owner")),
        Column("prefix"),
        Column("everything"),
        Column("read_only"),
        Column("created_at"),
        Column("expires_at"),
        Column("last_used_at"),
        Column("revoked_at"),
    ),
    filters=(
        Words("name", "owner__username", "owner__name"),
        YesNo("read_only"),
        YesNo("everything"),
        Days("expires_at"),
    ),
    order="-created_at",
    empty=_("Nobody has made a token yet. People make them in their account."),
    record=lambda token: reverse("api:token", args=[token.pk]),
    small=True,
)
