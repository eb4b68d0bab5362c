"""Departments and staff."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.records.models import Record


class Department(models.Model):
    """A department, team or station; they form a tree."""

    parent_id: int | None
    leader_id: int | None
    children: Any  # managers of what points here
    staff: Any
    name: models.CharField[str, str] = models.CharField(_("name"), max_length=100, unique=True)
    parent: models.ForeignKey[Any, Any] = models.ForeignKey(
        "self", verbose_name=_("belongs to"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    leader: models.ForeignKey[Any, Any] = models.ForeignKey(
        "people.Staff", verbose_name=_("leader"), null=True, blank=True, on_delete=models.SET_NULL, related_name="leads"
    )
    duties: models.TextField[str, str] = models.TextField(_("duties"), blank=True)
    sort: models.IntegerField[int, int] = models.IntegerField(_("order"), default=0)
    is_active: models.BooleanField[bool, bool] = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering: ClassVar[list[str]] = ["sort", "name"]

    def __str__(self) -> str:
        return self.name


class Staff(Record):
    """Somebody who works here, with or without an account."""

    user_id: int | None
    department_id: int | None
    number: models.CharField[str, str] = models.CharField(_("staff number"), max_length=50, blank=True)
    name: models.CharField[str, str] = models.CharField(_("name"), max_length=150, db_index=True)
    user: models.OneToOneField[Any, Any] = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="staff",
    )
    department: models.ForeignKey[Any, Any] = models.ForeignKey(
        Department,
        verbose_name=_("department"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="staff",
    )
    post: models.CharField[str, str] = models.CharField(_("post"), max_length=100, blank=True)
    phone: models.CharField[str, str] = models.CharField(_("phone"), max_length=50, blank=True)
    email: models.EmailField[str, str] = models.EmailField(_("e-mail"), blank=True)
    joined_on: models.DateField[date | None, date | None] = models.DateField(_("joined on"), null=True, blank=True)
    left_on: models.DateField[date | None, date | None] = models.DateField(_("left on"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        ordering: ClassVar[list[str]] = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class EvaluationGroup(models.Model):
    """Those who judge service quality together for a while (评价小组)."""

    members: Any  # manager of what points here
    name: models.CharField[str, str] = models.CharField(_("name"), max_length=100)
    starts_on: models.DateField[date, date] = models.DateField(_("from day"))
    ends_on: models.DateField[date | None, date | None] = models.DateField(_("until day"), null=True, blank=True)
    purpose: models.TextField[str, str] = models.TextField(_("what it is for"), blank=True)

    class Meta:
        verbose_name = _("evaluation group")
        verbose_name_plural = _("evaluation groups")
        ordering: ClassVar[list[str]] = ["-starts_on", "name"]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """Somebody in an evaluation group: a member of staff, or a guest who speaks for the customers."""

    class Post(models.TextChoices):
        LEADER = "leader", _("Group leader")
        SENIOR_AGENT = "senior_agent", _("Senior agents")
        QC = "qc", _("QC specialists")
        CUSTOMER = "customer", _("Customer representatives")

    staff_id: int | None
    group: models.ForeignKey[Any, Any] = models.ForeignKey(
        EvaluationGroup, verbose_name=_("evaluation group"), on_delete=models.CASCADE, related_name="members"
    )
    post: models.CharField[str, str] = models.CharField(_("post"), max_length=20, choices=Post.choices)
    staff: models.ForeignKey[Any, Any] = models.ForeignKey(
        Staff, verbose_name=_("staff member"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    guest: models.CharField[str, str] = models.CharField(_("guest"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("group member")
        verbose_name_plural = _("group members")
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(staff__isnull=False) ^ ~models.Q(guest=""), name="group_member_is_somebody"
            ),
        ]

    def __str__(self) -> str:
        return self.who

    @property
    def who(self) -> str:
        """The name."""
        return str(self.staff) if self.staff_id else self.guest
