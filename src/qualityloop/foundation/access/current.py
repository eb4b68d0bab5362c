"""The roles as they are now: read once per process, and again when their stamp has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from qualityloop.foundation.access.models import KeptRole, RolesStamp
from qualityloop.foundation.roles import SHIPPED_SIGHT, Role, Sees

UNKNOWN = ""  # no stamp: no role was ever edited


@dataclass(frozen=True, slots=True)
class RoleNow:
    """A role with everything that decides what its people may do."""

    key: str
    label: str | Promise
    based_on: str
    sees: Sees
    second_factor: bool
    changes: Mapping[str, bool]

    @property
    def shipped(self) -> bool:
        """Whether it came with the product."""
        return self.key == self.based_on

    @property
    def edited(self) -> bool:
        """Whether it differs from the shipped role on which it is based."""
        return bool(self.changes or self.second_factor or self.sees != SHIPPED_SIGHT[self.based_on])

    def has(self, permission: str, shipped_roles: frozenset[str]) -> bool:
        """Whether the role has a permission that ships to `shipped_roles`."""
        return self.changes.get(permission, self.based_on in shipped_roles)


@dataclass(frozen=True, slots=True)
class Roles:
    """All roles at one stamp, the shipped ones first."""

    stamp: str
    roles: Mapping[str, RoleNow]

    def has(self, role: str, permission: str, shipped_roles: frozenset[str]) -> bool:
        """Whether people in `role` have the permission; a role that is gone has none."""
        return role in self.roles and self.roles[role].has(permission, shipped_roles)

    def sees(self, role: str) -> Sees:
        """Whose records people in `role` see."""
        return self.roles[role].sees if role in self.roles else Sees.NOTHING

    def needs_second_factor(self, role: str) -> bool:
        """Whether people in `role` must have two factors."""
        return role in self.roles and self.roles[role].second_factor

    def label(self, role: str) -> str:
        """The role in words."""
        return str(self.roles[role].label) if role in self.roles else role

    def choices(self) -> list[tuple[str, str]]:
        """Keys and names, for a field of a form."""
        return [(role.key, str(role.label)) for role in self.roles.values()]


def _shipped() -> dict[str, RoleNow]:
    return {
        role.value: RoleNow(role.value, role.label, role.value, SHIPPED_SIGHT[role.value], False, {}) for role in Role
    }


_last = Roles(UNKNOWN, _shipped())


def last_known() -> Roles:
    """The roles as this process read them last, without asking: good for names only."""
    return _last


def current_roles(user: Any = None) -> Roles:
    """The roles as they are now; one short query, none for a user who came with the stamp or was asked about before."""
    known: Roles | None = getattr(user, "roles_read", None)
    if known is not None:
        return known
    stamp = getattr(user, "roles_stamp", None) if hasattr(user, "roles_stamp") else _stamp()
    roles = _at(stamp or UNKNOWN)
    if user is not None:
        user.roles_read = roles
    return roles


def _stamp() -> str | None:
    return RolesStamp.objects.values_list("stamp", flat=True).first()


def _at(stamp: str) -> Roles:
    global _last  # noqa: PLW0603 (the cache of this process; replaced as a whole)
    if _last.stamp == stamp:
        return _last
    found = _shipped()
    for kept in KeptRole.objects.all() if stamp != UNKNOWN else ():
        label = found[kept.key].label if kept.key in found else kept.name
        changes = {str(key): bool(allowed) for key, allowed in kept.changes.items()}
        found[kept.key] = RoleNow(kept.key, label, kept.based_on, Sees(kept.sees), kept.second_factor, changes)
    _last = Roles(stamp, found)
    return _last
