"""Which database the lake was filled from, and how each refresh went."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.wording import shown


class Source(models.Model):
    """The only row names this database: a lake that was filled from another one is built anew."""

    ONLY: ClassVar[int] = 1

    token: models.UUIDField[uuid.UUID, uuid.UUID] = models.UUIDField(_("name of the database"), default=uuid.uuid4)

    class Meta:
        verbose_name = _("source of the lake")
        verbose_name_plural = _("source of the lake")

    def __str__(self) -> str:
        return str(self.token)


class Refresh(models.Model):
    """One attempt to bring the lake up to date."""

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        NOTHING = "nothing", _("Nothing to do")
        FAILED = "failed", _("Failed")

    started_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("started"), default=timezone.now)
    ended_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("ended"), default=timezone.now)
    outcome: models.CharField[str, str] = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    reason_json: models.TextField[str, str] = models.TextField(_("reason"), blank=True)  # see foundation.wording
    rebuilt: models.BooleanField[bool, bool] = models.BooleanField(_("built anew"), default=False)
    rows_read: models.BigIntegerField[int, int] = models.BigIntegerField(_("rows read"), default=0)
    rows_changed: models.BigIntegerField[int, int] = models.BigIntegerField(_("rows changed"), default=0)
    months: models.IntegerField[int, int] = models.IntegerField(_("months written"), default=0)
    snapshot: models.CharField[str, str] = models.CharField(_("snapshot"), max_length=16, blank=True)

    class Meta:
        verbose_name = _("refresh of the lake")
        verbose_name_plural = _("refreshes of the lake")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.ended_at:%Y-%m-%d %H:%M} {self.outcome}"

    @property
    def reason(self) -> str:
        """Why it failed, in the language of the page."""
        return shown(self.reason_json)

    @property
    def read(self) -> str:
        """Rows read, to be read."""
        return f"{self.rows_read:,}"

    @property
    def changed(self) -> str:
        """Rows changed, to be read."""
        return f"{self.rows_changed:,}"

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.ended_at - self.started_at).total_seconds()
