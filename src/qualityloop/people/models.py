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
