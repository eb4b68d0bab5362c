"""Which SOPs somebody has to read, and who has read which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.models import User
from qualityloop.people.models import Department
from qualityloop.standards import permissions
from qualityloop.standards.sops.content import Procedure, read_sop
from qualityloop.standards.sops.models import Confirmation
from qualityloop.standards.versions.models import Version
from qualityloop.standards.versions.queries import all_in_force, in_force_at

KIND = "sops"


@dataclass(frozen=True, slots=True)
class ToRead:
    """An SOP in force that somebody has to read; `confirmed_at` when they did."""

    version: Version
    sop: Procedure
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Readers:
    """Who has to read a version: those who have confirmed it, and those who have not yet."""

    confirmed: tuple[Confirmation, ...]
    waiting: tuple[User, ...]
    others: tuple[Confirmation, ...]  # read it without having to

    @property
    def share(self) -> float | None:
        """The share of those who have to that have."""
        every = len(self.confirmed) + len(self.waiting)
        return len(self.confirmed) / every if every else None


def readers_of(sop: Procedure) -> QuerySet[User]:
    """Active accounts that have to read an SOP: by their role, or by the department that they or its leaders are in."""
    found = Q(role__in=_roles(sop))
    if sop.departments:
        found |= Q(staff__department__in=_below(sop.departments), staff__left_on__isnull=True)
    return User.objects.filter(found, is_active=True).distinct().order_by("name", "username")


def _roles(sop: Procedure) -> list[str]:
    """The roles that are meant, those made here from one of them included."""
    return [
        role.key for role in current_roles().roles.values() if role.key in sop.readers or role.based_on in sop.readers
    ]


def _below(names: Iterable[str]) -> list[int]:
    """The named departments and everything below them."""
    pairs = list(Department.objects.values_list("pk", "parent_id", "name"))
    wanted = set(names)
    found = {pk for pk, _parent, name in pairs if name in wanted}
    while more := {pk for pk, parent, _name in pairs if parent in found} - found:
        found |= more
    return sorted(found)


def readers(version: Version) -> Readers:
    """Who has to read `version`, and who has."""
    sop, _faults = read_sop(version.content)
    required = list(readers_of(sop))
    keys = {user.pk for user in required}
    confirmed = list(Confirmation.objects.filter(version=version).select_related("person").order_by("confirmed_at"))
    done = {entry.person.pk for entry in confirmed}
    return Readers(
        tuple(c for c in confirmed if c.person.pk in keys),
        tuple(user for user in required if user.pk not in done),
        tuple(c for c in confirmed if c.person.pk not in keys),
    )


def readers_shown(version: Version, user: object) -> Readers | None:
    """The readers of a version that was released, for those who lead; None for all others."""
    leads = permissions.EDIT.allows(user) or permissions.REVIEW.allows(user)
    return readers(version) if leads and not version.is_open else None


def confirmation(version: Version, user: object) -> Confirmation | None:
    """The confirmation of one person, None where there is none."""
    return Confirmation.objects.filter(version=version, person_id=getattr(user, "pk", None)).first()


def must_read(sop: Procedure, user: User) -> bool:
    """Whether `user` has to read an SOP."""
    return user.role in _roles(sop) or (bool(sop.departments) and readers_of(sop).filter(pk=user.pk).exists())


def to_read(user: User) -> list[ToRead]:
    """The SOPs in force that `user` has to read, unread ones first."""
    versions = all_in_force(KIND)
    times = dict(Confirmation.objects.filter(version__in=versions, person=user).values_list("version", "confirmed_at"))
    found = [ToRead(version, read_sop(version.content)[0], times.get(version.pk)) for version in versions]
    asked = [entry for entry in found if must_read(entry.sop, user)]
    return sorted(asked, key=lambda entry: (entry.confirmed_at is not None, entry.version.document.key))


def in_force_now(version: Version) -> bool:
    """Whether `version` is the one in force."""
    holding = in_force_at(version.document, timezone.now())
    return holding is not None and holding.pk == version.pk
