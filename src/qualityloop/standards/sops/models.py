"""Who has read and understood which version."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Confirmation(models.Model):
    """Somebody says that they have read and understood a version; never changed, never deleted."""

    version: models.ForeignKey[Any, Any] = models.ForeignKey(
        "standards.Version", verbose_name=_("version"), on_delete=models.PROTECT, related_name="confirmations"
    )
    person: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("confirmed"), default=timezone.now)

    class Meta:
        verbose_name = _("read and understood")
        verbose_name_plural = _("read and understood")
        ordering: ClassVar[list[str]] = ["version", "confirmed_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "person"], name="confirmation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version} · {self.person}"
