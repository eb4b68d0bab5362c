"""Writes about roles. There is always somebody left who may undo them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from qualityloop.foundation.access.current import RoleNow, current_roles
from qualityloop.foundation.access.models import KeptRole, RolesStamp
from qualityloop.foundation.access.permissions import ACCOUNTS, ROLES
from qualityloop.foundation.audit.actions import ROLE_ADDED, ROLE_CHANGED, ROLE_REMOVED
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.models import User
from qualityloop.foundation.permissions import REGISTRY
from qualityloop.foundation.roles import SHIPPED_SIGHT, Role, Sees


def role_change(
    *,
    actor: object,
    key: str,
    name: str,
    sees: str,
    second_factor: bool,
    permissions: Iterable[str],
    reason: str = "",
    address: str = "",
) -> None:
    """Give a role exactly these permissions. ValidationError where nobody could manage accounts and roles any more."""
    wanted = frozenset(permissions)
    with transaction.atomic():
        old = current_roles().roles[key]
        before = described(old)
        changes = {
            right.key: right.key in wanted
            for right in REGISTRY.values()
            if (right.key in wanted) != (old.based_on in right.shipped)
        }
        kept, _new = KeptRole.objects.update_or_create(
            key=key,
            defaults={
                "name": "" if old.shipped else name, "based_on": old.based_on, "sees": Sees(sees),
                "second_factor": second_factor, "changes": changes,
            },
        )  # fmt: skip
        _touch()
        after = described(current_roles().roles[key])
        if after != before:
            record(
                actor=actor, action=ROLE_CHANGED, record=kept, before=before, after=after,
                reason=reason, address=address,
            )  # fmt: skip
        ensure_an_administrator()


def role_reset(*, actor: object, key: str, reason: str = "", address: str = "") -> None:
    """Bring a role back to the shipped one on which it is based."""
    role = current_roles().roles[key]
    shipped = [right.key for right in REGISTRY.values() if role.based_on in right.shipped]
    role_change(
        actor=actor, key=key, name=str(role.label), sees=SHIPPED_SIGHT[role.based_on], second_factor=False,
        permissions=shipped, reason=reason, address=address,
    )  # fmt: skip


def role_add(*, actor: object, name: str, copied_from: str, address: str = "") -> str:
    """A new role with everything that another has; its key."""
    with transaction.atomic():
        roles = current_roles()
        if name.casefold() in {str(role.label).casefold() for role in roles.roles.values()}:
            raise ValidationError(_("There is a role of this name already."))
        model = roles.roles[copied_from]
        key = _free_key(name, frozenset(roles.roles))
        kept = KeptRole.objects.create(
            key=key, name=name, based_on=model.based_on, sees=model.sees, second_factor=model.second_factor,
            changes=dict(model.changes),
        )  # fmt: skip
        _touch()
        after = described(current_roles().roles[key])
        record(actor=actor, action=ROLE_ADDED, record=kept, before=None, after=after, address=address)
    return key


def role_remove(*, actor: object, key: str, address: str = "") -> None:
    """Remove a role of one's own. ValidationError while somebody has it."""
    with transaction.atomic():
        kept = KeptRole.objects.select_for_update().get(key=key)
        if key in Role.values:
            raise ValidationError(_("A shipped role cannot be removed."))
        if n := User.objects.filter(role=key).count():
            raise ValidationError(_("%(n)d accounts still have this role.") % {"n": n})
        before = described(current_roles().roles[key])
        record(actor=actor, action=ROLE_REMOVED, record=kept, before=before, after=None, address=address)
        kept.delete()
        _touch()


def described(role: RoleNow) -> Mapping[str, Any]:
    """A role as the audit log keeps it: each permission by itself, so that a change names what was given or taken."""
    granted = {right.key: role.has(right.key, right.shipped) for right in REGISTRY.values()}
    return {
        "name": "" if role.shipped else str(role.label),
        "sees": role.sees.value,
        "second_factor": role.second_factor,
        **{key: value for key, value in sorted(granted.items()) if value},
    }


def ensure_an_administrator() -> None:
    """ValidationError unless somebody active may manage both accounts and roles. Call it after the audit entry.

    The entry holds the end of the chain until the transaction ends, so two people cannot lock out each other.
    """
    roles = current_roles()
    able = [key for key in roles.roles if all(roles.has(key, r.key, r.shipped) for r in (ACCOUNTS, ROLES))]
    if not User.objects.filter(role__in=able, is_active=True).exists():
        raise ValidationError(_("Nobody could manage accounts and roles any more. Give that to somebody else first."))


def _touch() -> None:
    RolesStamp.objects.update_or_create(pk=RolesStamp.ONLY, defaults={"stamp": secrets.token_hex(8)})


def _free_key(name: str, taken: frozenset[str]) -> str:
    base = slugify(name)[:30].replace("-", "_") or "role"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key
