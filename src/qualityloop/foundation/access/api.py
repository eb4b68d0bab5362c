"""Operations on accounts and roles: what the pages 账号 and 角色与权限 do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Path, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.access.account_forms import AccountForm, NewAccountForm
from qualityloop.foundation.access.current import RoleNow, current_roles
from qualityloop.foundation.access.forms import CopyForm, RoleForm
from qualityloop.foundation.access.permissions import ACCOUNTS, ROLES
from qualityloop.foundation.access.services import role_add, role_change, role_remove, role_reset
from qualityloop.foundation.accounts import account_change, account_make, password_reset
from qualityloop.foundation.api import Strict, allows, register_router, spoken
from qualityloop.foundation.api.filling import filled
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import User
from qualityloop.foundation.permissions import REGISTRY, person
from qualityloop.foundation.signin.factors import factors_of, factors_reset
from qualityloop.foundation.signin.lockout import account_unlock, locks
from qualityloop.foundation.signin.sessions import sessions_end, sessions_of

accounts = Router(tags=[spoken(_("Accounts"))])
roles = Router(tags=[spoken(_("Roles and permissions"))])

Name = Annotated[str, Field(min_length=1, max_length=150)]
RoleName = Annotated[str, Field(min_length=1, max_length=60)]
Email = Annotated[str, Field(max_length=254)]
RoleKey = Annotated[str, Field(max_length=64, description=spoken(_("Key of a role")))]
RolePath = Annotated[str, Path(max_length=64, description=spoken(_("Key of a role")))]
Sight = Literal["everything", "department", "own", "as_customer", "nothing"]
WRITES: dict[str, Callable[..., object]] = {
    "unlock": account_unlock,
    "reset_factors": factors_reset,
    "end_sessions": sessions_end,
}


class AccountAnswer(BaseModel):
    """An account."""

    id: int
    username: str
    name: str
    email: str
    role: str
    is_active: bool
    one_time_until: datetime | None


class MadeAnswer(AccountAnswer):
    """An account with a password that is shown this once."""

    one_time_password: str = Field(description=spoken(_("Shown this once; its owner has to choose another one")))


class AccountSession(BaseModel):
    """A browser in which somebody is signed in."""

    device: str
    address: str
    at: datetime = Field(description=spoken(_("When it began")))
    seen_at: datetime


class AccountFactor(BaseModel):
    """A second factor that is set up."""

    kind: str
    created_at: datetime
    last_used_at: datetime | None


class AccountLock(BaseModel):
    """An address to which an account is closed."""

    address: str
    until: datetime


class AccountAccess(BaseModel):
    """How an account is used, and what keeps it closed."""

    sessions: list[AccountSession]
    factors: list[AccountFactor]
    locks: list[AccountLock]


class NewAccount(Strict):
    """Somebody who may sign in."""

    username: Name
    name: Name
    email: Email = ""
    role: RoleKey


class AccountChange(Strict):
    """What is to be changed; what is left out stays. `is_active` false closes the account and ends its sessions."""

    name: Name | None = None
    email: Email | None = None
    role: RoleKey | None = None
    is_active: bool | None = None


class AccountDo(Strict):
    """Something to do to an account."""

    do: Literal["unlock", "reset_factors", "end_sessions"]


class RoleAnswer(BaseModel):
    """A role and what it may do."""

    key: str
    name: str
    shipped: bool
    based_on: str
    sees: str
    second_factor: bool
    permissions: list[str]


class NewRole(Strict):
    """A role with everything that another has."""

    name: RoleName
    copied_from: RoleKey


class RoleChange(Strict):
    """What is to be changed; what is left out stays. `permissions` are all that the role has then."""

    name: RoleName | None = Field(None, description=spoken(_("Of a role of one's own; a shipped one keeps its name")))
    sees: Sight | None = None
    second_factor: bool | None = None
    permissions: list[Annotated[str, Field(max_length=100)]] | None = Field(None, max_length=500)
    reason: str = Field("", max_length=300, description=spoken(_("Why, for the history")))


@accounts.post(
    "",
    response={201: MadeAnswer},
    operation_id="accounts_make",
    **allows(ACCOUNTS, _("Make an account"), _("Its one-time password is in the answer, and nowhere else.")),
)
def account_new(request: HttpRequest, account: NewAccount) -> Status[dict[str, Any]]:
    """Its one-time password is in the answer, and nowhere else."""
    values = filled(NewAccountForm, account.model_dump())
    user, password = account_make(actor=person(request), address=address_of(request), **values)
    return Status(201, made_account(user, password))


@accounts.patch(
    "/{pk}",
    response=AccountAnswer,
    operation_id="accounts_change",
    **allows(ACCOUNTS, _("Change or close an account"), _("There is always somebody left who may manage accounts.")),
)
def account_edit(request: HttpRequest, pk: Key, change: AccountChange) -> dict[str, Any]:
    """There is always somebody left who may manage accounts."""
    user = _user(pk)
    values = filled(partial(AccountForm, account=user), change.model_dump(exclude_none=True))
    account_change(actor=request.user, user=user, address=address_of(request), **values)
    return _account(_user(pk))


@accounts.get(
    "/{pk}/access",
    response=AccountAccess,
    operation_id="accounts_access",
    **allows(ACCOUNTS, _("How an account is used"), _("Its sessions, second factors and locks, never a key of them.")),
)
def account_access(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Its sessions, second factors and locks, never a key of them."""
    user = _user(pk)
    used = ("device", "address", "at", "seen_at")
    return {
        "sessions": [{name: getattr(one, name) for name in used} for one in sessions_of(user)],
        "factors": [
            {"kind": one.type, "created_at": one.created_at, "last_used_at": one.last_used_at}
            for one in factors_of(user)
        ],
        "locks": [{"address": one.address, "until": one.until} for one in locks([user.username])],
    }


@accounts.post(
    "/{pk}/password",
    response=MadeAnswer,
    operation_id="accounts_password",
    **allows(ACCOUNTS, _("Give a one-time password"), _("Ends the sessions of the account, and opens it.")),
)
def account_password(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Ends the sessions of the account, and opens it."""
    password = password_reset(actor=request.user, user=_user(pk), address=address_of(request))
    return made_account(_user(pk), password)


@accounts.post(
    "/{pk}/do",
    response={204: None},
    operation_id="accounts_do",
    **allows(ACCOUNTS, _("Unlock, reset factors, end sessions"), _("As the buttons on the page of the account.")),
)
def account_do(request: HttpRequest, pk: Key, what: AccountDo) -> Status[None]:
    """As the buttons on the page of the account."""
    WRITES[what.do](actor=request.user, user=_user(pk), address=address_of(request))
    return Status(204, None)


@roles.get(
    "",
    response=list[RoleAnswer],
    operation_id="roles_list",
    **allows(ROLES, _("Roles"), _("With everything that they may do.")),
)
def roles_list(request: HttpRequest) -> list[dict[str, Any]]:
    """With everything that they may do."""
    return [_role(one) for one in current_roles().roles.values()]


@roles.post(
    "",
    response={201: RoleAnswer},
    operation_id="roles_add",
    **allows(ROLES, _("Add a role"), _("Copied from one that exists.")),
)
def role_new(request: HttpRequest, role: NewRole) -> Status[dict[str, Any]]:
    """Copied from one that exists."""
    values = filled(CopyForm, role.model_dump())
    key = role_add(actor=request.user, address=address_of(request), **values)
    return Status(201, _role(current_roles().roles[key]))


@roles.get(
    "/{role}",
    response=RoleAnswer,
    operation_id="roles_one",
    **allows(ROLES, _("One role"), _("By its key.")),
)
def role_one(request: HttpRequest, role: RolePath) -> dict[str, Any]:
    """By its key."""
    return _role(_found(role))


@roles.patch(
    "/{role}",
    response=RoleAnswer,
    operation_id="roles_change",
    **allows(ROLES, _("Change a role"), _("It counts from the next request of anybody in it.")),
)
def role_edit(request: HttpRequest, role: RolePath, change: RoleChange) -> dict[str, Any]:
    """It counts from the next request of anybody in it."""
    values = filled(partial(RoleForm, role=_found(role)), change.model_dump(exclude_none=True))
    role_change(actor=request.user, key=role, address=address_of(request), **values)
    return _role(_found(role))


@roles.post(
    "/{role}/reset",
    response=RoleAnswer,
    operation_id="roles_reset",
    **allows(ROLES, _("Bring a role back to what was shipped"), _("A copied one to the role on which it is based.")),
)
def role_back(request: HttpRequest, role: RolePath) -> dict[str, Any]:
    """A copied one to the role on which it is based."""
    _found(role)
    role_reset(actor=request.user, key=role, address=address_of(request))
    return _role(_found(role))


@roles.delete(
    "/{role}",
    response={204: None},
    operation_id="roles_remove",
    **allows(ROLES, _("Remove a role of one's own"), _("Refused while somebody has it.")),
)
def role_gone(request: HttpRequest, role: RolePath) -> Status[None]:
    """Refused while somebody has it."""
    if _found(role).shipped:
        from django.core.exceptions import ValidationError
        from django.utils.translation import gettext

        raise ValidationError(gettext("A shipped role cannot be removed."))
    role_remove(actor=request.user, key=role, address=address_of(request))
    return Status(204, None)


def made_account(user: User, password: str) -> dict[str, Any]:
    """An account with its one-time password, for the one answer that says it."""
    return {**_account(user), "one_time_password": password}


def _user(pk: int) -> User:
    user = User.objects.filter(pk=pk).first()
    if user is None:
        raise Http404
    return user


def _account(user: User) -> dict[str, Any]:
    names = ("username", "name", "email", "role", "is_active", "one_time_until")
    return {"id": user.pk, **{name: getattr(user, name) for name in names}}


def _found(key: str) -> RoleNow:
    role = current_roles().roles.get(key)
    if role is None:
        raise Http404
    return role


def _role(role: RoleNow) -> dict[str, Any]:
    return {
        "key": role.key, "name": str(role.label), "shipped": role.shipped, "based_on": role.based_on,
        "sees": role.sees.value, "second_factor": role.second_factor,
        "permissions": sorted(right.key for right in REGISTRY.values() if role.has(right.key, right.shipped)),
    }  # fmt: skip


register_router("accounts", accounts)
register_router("roles", roles)
