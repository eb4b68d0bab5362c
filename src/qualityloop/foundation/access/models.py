"""What differs from the shipped roles. An installation that never edited a role has no rows here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.roles import Role, Sees


class KeptRole(models.Model):
    """A shipped role that was edited, or a role of one's own.

    Kept as the difference to a shipped role, so that a permission that a later version brings goes to
    everybody who has the shipped role's duties.
    """

    key: models.CharField[str, str] = models.CharField(_("key"), max_length=40, primary_key=True)
    name: models.CharField[str, str] = models.CharField(_("name"), max_length=60, blank=True)
    based_on: models.CharField[str, str] = models.CharField(_("based on"), max_length=20, choices=Role.choices)
    sees: models.CharField[str, str] = models.CharField(_("sees records that are"), max_length=20, choices=Sees.choices)
    second_factor: models.BooleanField[bool, bool] = models.BooleanField(_("must have two factors"), default=False)
    changes: models.JSONField[Any, Any] = models.JSONField(_("permissions that differ"), default=dict)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering: ClassVar[list[str]] = ["key"]

    def __str__(self) -> str:
        return self.name or str(dict(Role.choices).get(self.key, self.key))


class RolesStamp(models.Model):
    """Changes with every change of a role, so that each process notices; one row."""

    ONLY = 1

    id: models.SmallIntegerField[int, int] = models.SmallIntegerField(primary_key=True, default=ONLY)
    stamp: models.CharField[str, str] = models.CharField(max_length=32)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="roles_stamp_is_one"),
        ]

    def __str__(self) -> str:
        return self.stamp
