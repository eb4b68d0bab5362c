"""What is known about each file that was handed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class StoredFile(models.Model):
    """A file as somebody handed it in; its content lies in the store under its SHA-256, once for all its copies."""

    sha256: models.CharField[str, str] = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    name: models.CharField[str, str] = models.CharField(_("file name"), max_length=255)
    media_type: models.CharField[str, str] = models.CharField(_("media type"), max_length=100)
    size: models.BigIntegerField[int, int] = models.BigIntegerField(_("size (bytes)"))
    purpose: models.CharField[str, str] = models.CharField(_("purpose"), max_length=50)  # whose guard lets one see it
    owner: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("handed in"), default=timezone.now)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.name
