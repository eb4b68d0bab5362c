"""Where somebody is signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SignIn(models.Model):
    """A session of an account: from which device, from where, since when."""

    user: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("account"), on_delete=models.CASCADE, related_name="sign_ins"
    )
    session_key: models.CharField[str, str] = models.CharField(max_length=40, unique=True, editable=False)
    address: models.CharField[str, str] = models.CharField(_("address"), max_length=64, blank=True)
    agent: models.CharField[str, str] = models.CharField(_("device"), max_length=300, blank=True)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("signed in"), default=timezone.now)
    seen_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering: ClassVar[list[str]] = ["-seen_at"]

    def __str__(self) -> str:
        return f"{self.address} {self.agent}"[:100]
