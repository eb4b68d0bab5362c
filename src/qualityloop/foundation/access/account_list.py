"""The list of accounts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.access.current import last_known
from qualityloop.foundation.access.permissions import ACCOUNTS
from qualityloop.foundation.listing import Button, Choice, Column, Listing, Words, YesNo
from qualityloop.foundation.models import User


def accounts_for(user: object) -> QuerySet[User]:
    """Every account: who may manage them sees them all."""
    return User.objects.all()


def _role(value: Any) -> str:
    return last_known().label(str(value))


ACCOUNTS_LIST = Listing(
    key="foundation.accounts",
    title=_("Accounts"),
    note=_("Who may sign in, and in which role."),
    right=ACCOUNTS,
    of=User,
    query=accounts_for,
    columns=(
        Column("username", link=True),
        Column("name"),
        Column("role", text=_role),
        Column("email"),
        Column("is_active", tone={False: "insufficient"}),
        Column("last_login", label=_("last sign-in")),
        Column("one_time_until", shown=False),
        Column("joined_at", shown=False),
    ),
    filters=(Words("username", "name", "email"), Choice("role"), YesNo("is_active")),
    order="username",
    small=True,
    empty=_("There are no accounts."),
    record=lambda user: reverse("foundation:account_page", args=[user.pk]),
    buttons=(Button(_("New account"), "foundation:account_new", ACCOUNTS),),
)
