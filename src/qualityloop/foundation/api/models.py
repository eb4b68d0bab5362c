"""Personal tokens, and how often callers asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import REGISTRY, Permission


class Token(models.Model):
    """Lets a program act for a person. What the person was shown once is kept as its SHA-256 only."""

    owner: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.CASCADE, related_name="tokens"
    )
    name: models.CharField[str, str] = models.CharField(_("name"), max_length=60)
    prefix: models.CharField[str, str] = models.CharField(_("begins with"), max_length=16)
    digest: models.CharField[str, str] = models.CharField(max_length=64, unique=True)
    everything: models.BooleanField[bool, bool] = models.BooleanField(_("everything that its owner may"), default=False)
    scopes: models.JSONField[Any, Any] = models.JSONField(_("permissions"), default=list, blank=True)
    read_only: models.BooleanField[bool, bool] = models.BooleanField(_("reads only"), default=True)
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("made"), default=timezone.now)
    expires_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("expires"))
    last_used_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("last used"), null=True, blank=True
    )
    revoked_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("revoked"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_valid(self) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and self.expires_at > timezone.now() and bool(self.owner.is_active)

    def allows(self, right: Permission) -> bool:
        """Whether its owner has the right now, and gave it to the token."""
        return right.allows(self.owner) and (self.everything or right.key in self.scopes)

    @property
    def rights(self) -> list[Permission]:
        """The permissions it was given, in the order of their words."""
        found = [REGISTRY[key] for key in self.scopes if key in REGISTRY]
        return sorted(found, key=lambda right: str(right.label))


class Meter(models.Model):
    """How many requests a caller has taken of a minute; processes take them some at a time."""

    caller: models.CharField[str, str] = models.CharField(max_length=80)
    minute: models.BigIntegerField[int, int] = models.BigIntegerField(db_index=True)
    taken: models.IntegerField[int, int] = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["caller", "minute"], name="meter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.caller} {self.minute}: {self.taken}"
