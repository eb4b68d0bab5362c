"""Weekly meetings: an agenda of what is late or changed, minutes, decisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Moment, Text


class Meeting(models.Model):
    """A meeting about the plans under way. Its agenda is kept as it was made; its decisions are tasks."""

    decisions: Any  # manager of what points here
    department_id: int | None
    number: Text = models.CharField(_("meeting number"), max_length=30, unique=True)
    title: Text = models.CharField(_("title"), max_length=200)
    held_on: models.DateField[date, date] = models.DateField(_("day"), db_index=True)
    department: models.ForeignKey[Any, Any] = models.ForeignKey(
        "people.Department", verbose_name=_("department"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    present: Text = models.CharField(_("present"), max_length=1000, blank=True)
    agenda: models.JSONField[Any, Any] = models.JSONField(_("agenda"), default=list, blank=True)
    agenda_at: Moment = models.DateTimeField(_("agenda made"), null=True, blank=True)
    minutes: models.TextField[str, str] = models.TextField(
        pgettext_lazy("meeting", "minutes"), max_length=40_000, blank=True
    )
    author: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("written"), default=timezone.now)
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("changed"), default=timezone.now, db_index=True
    )
    closed_at: Moment = models.DateTimeField(_("minutes closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("weekly meeting")
        verbose_name_plural = _("weekly meetings")
        ordering: ClassVar[list[str]] = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
