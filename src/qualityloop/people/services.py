"""Writes about departments, staff and evaluation groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qualityloop.foundation.accounts import account_make
from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.foundation.models import User
from qualityloop.people.actions import (
    DEPARTMENT_ADDED,
    DEPARTMENT_CHANGED,
    GROUP_ADDED,
    GROUP_CHANGED,
    STAFF_ADDED,
    STAFF_CHANGED,
)
from qualityloop.people.models import Department, EvaluationGroup, GroupMember, Staff
from qualityloop.people.naming import departments_by_name, staff_by_name
from qualityloop.people.signals import renamed
from qualityloop.people.tree import department_tree

__all__ = [
    "department_save", "departments_by_name", "group_save", "staff_account", "staff_by_name", "staff_save",
]  # fmt: skip

DEPARTMENT = ("name", "parent", "leader", "duties", "sort", "is_active")
STAFF = ("number", "name", "user", "department", "post", "phone", "email", "joined_on", "left_on")
Member = tuple[str, Staff | None, str]  # post in the group, member of staff or None, name of a guest


def department_save(
    *,
    actor: object,
    department: Department | None,
    name: str,
    parent: Department | None = None,
    leader: Staff | None = None,
    duties: str = "",
    sort: int = 0,
    is_active: bool = True,
    address: str = "",
) -> Department:
    """A new department, or one that is renamed, moved, led by somebody else, closed. ValidationError by field."""
    with transaction.atomic():
        kept = Department.objects.select_for_update().get(pk=department.pk) if department else Department()
        before = _described(kept, DEPARTMENT) if department else None
        old_name = kept.name
        kept.name, kept.parent, kept.leader = name, parent, leader
        kept.duties, kept.sort, kept.is_active = duties, sort, is_active
        _check_place(kept)
        kept.full_clean()
        kept.save()
        _recorded(actor, kept, before, DEPARTMENT, address)
        if department and old_name != name:
            renamed.send(sender=Department, instance=kept, before=old_name)
    return kept


def _check_place(department: Department) -> None:
    """A department belongs to none of its own parts, and closes after everything in it."""
    if department.pk is None:
        return
    tree = department_tree()
    if department.parent_id is not None and department.parent_id in tree.under([department.pk]):
        raise ValidationError({"parent": _("A department cannot belong to one of its own parts.")})
    if not department.is_active:
        if department.children.filter(is_active=True).exists():
            raise ValidationError({"is_active": _("Close or move what belongs to this department first.")})
        if n := department.staff.filter(left_on__isnull=True).count():
            raise ValidationError({"is_active": _("%(n)d people still work here. Move them first.") % {"n": n}})


def staff_save(
    *,
    actor: object,
    staff: Staff | None,
    name: str,
    number: str = "",
    user: User | None = None,
    department: Department | None = None,
    post: str = "",
    phone: str = "",
    email: str = "",
    joined_on: date | None = None,
    left_on: date | None = None,
    address: str = "",
) -> Staff:
    """A new member of staff, or one whose record changes. ValidationError by field."""
    with transaction.atomic():
        kept = Staff.objects.select_for_update().get(pk=staff.pk) if staff else Staff()
        before = _described(kept, STAFF) if staff else None
        old_name = kept.name
        kept.name, kept.number, kept.user, kept.department, kept.post = name, number, user, department, post
        kept.phone, kept.email, kept.joined_on, kept.left_on = phone, email, joined_on, left_on
        if joined_on and left_on and left_on < joined_on:
            raise ValidationError({"left_on": _("Nobody leaves before they come.")})
        if number and Staff.objects.filter(number=number).exclude(pk=kept.pk).exists():
            raise ValidationError({"number": _("Somebody else has this staff number.")})
        kept.full_clean()
        if _described(kept, STAFF) != before:
            kept.changed_at = timezone.now()
            kept.save()
            _recorded(actor, kept, before, STAFF, address)
        if staff and old_name != name:
            renamed.send(sender=Staff, instance=kept, before=old_name)
    return kept


def staff_account(
    *, actor: User, staff: Staff, username: str, role: str, email: str = "", address: str = ""
) -> tuple[User, str]:
    """An account for a member of staff, linked; with its one-time password."""
    with transaction.atomic():
        kept = Staff.objects.select_for_update().get(pk=staff.pk)
        if kept.user_id is not None:
            raise ValidationError(_("There is an account already."))
        before = _described(kept, STAFF)
        user, password = account_make(
            actor=actor, username=username, name=kept.name, email=email, role=role, address=address
        )
        kept.user, kept.changed_at = user, timezone.now()
        kept.save(update_fields=["user", "changed_at"])
        _recorded(actor, kept, before, STAFF, address)
    return user, password


def group_save(
    *,
    actor: object,
    group: EvaluationGroup | None,
    name: str,
    starts_on: date,
    ends_on: date | None = None,
    purpose: str = "",
    members: Sequence[Member] = (),
    address: str = "",
) -> EvaluationGroup:
    """An evaluation group with its members. ValidationError by field."""
    with transaction.atomic():
        kept = EvaluationGroup.objects.select_for_update().get(pk=group.pk) if group else EvaluationGroup()
        before = _group_described(kept) if group else None
        kept.name, kept.starts_on, kept.ends_on, kept.purpose = name, starts_on, ends_on, purpose
        if ends_on and ends_on < starts_on:
            raise ValidationError({"ends_on": _("The end is before the beginning.")})
        if not any(post == GroupMember.Post.LEADER for post, _staff, _guest in members):
            raise ValidationError(_("An evaluation group has a leader."))
        kept.full_clean()
        kept.save()
        kept.members.all().delete()
        GroupMember.objects.bulk_create(
            GroupMember(group=kept, post=post, staff=staff, guest="" if staff else guest)
            for post, staff, guest in members
        )
        after = _group_described(kept)
        if after != before:
            action = GROUP_CHANGED if group else GROUP_ADDED
            record(actor=actor, action=action, record=kept, before=before, after=after, address=address)
    return kept


def _described(instance: Department | Staff, names: Sequence[str]) -> dict[str, Any]:
    """Values as a person reads them in the log: names of what a record points to, with its number."""
    values: dict[str, Any] = {}
    for name in names:
        value = getattr(instance, name)
        if isinstance(value, Department | Staff | User):
            value = f"{value} ({value.pk})"
        values[name] = value.isoformat() if isinstance(value, date) else value
    return values


def _group_described(group: EvaluationGroup) -> dict[str, Any]:
    people = [f"{GroupMember.Post(one.post).label}: {one.who}" for one in group.members.select_related("staff")]
    values = values_of(group, "name", "starts_on", "ends_on", "purpose")
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    return {**plain, "members": "; ".join(people)}


def _recorded(
    actor: object, kept: Department | Staff, before: dict[str, Any] | None, names: Sequence[str], address: str
) -> None:
    after = _described(kept, names)
    if after == before:
        return
    added, changed = (
        (DEPARTMENT_ADDED, DEPARTMENT_CHANGED) if isinstance(kept, Department) else (STAFF_ADDED, STAFF_CHANGED)
    )
    action = changed if before is not None else added
    record(actor=actor, action=action, record=kept, before=before, after=after, address=address)
