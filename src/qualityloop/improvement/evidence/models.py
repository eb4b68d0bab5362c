"""What shows that something is so."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Measure, Text, Whole


class Kind(models.TextChoices):
    """What a piece of evidence is."""

    NUMBER = "number", pgettext_lazy("evidence", "number")
    ROWS = "rows", pgettext_lazy("evidence", "rows")
    RECORD = "record", pgettext_lazy("evidence", "record")
    FILE = "file", pgettext_lazy("evidence", "file")
    REMARK = "remark", pgettext_lazy("evidence", "remark")


class Evidence(models.Model):
    """A piece of evidence on `target_kind` `target_id`. A number keeps what it was when it was put here."""

    target_kind: Text = models.CharField(_("kind of what it belongs to"), max_length=40)
    target_id: models.BigIntegerField[int, int] = models.BigIntegerField(_("what it belongs to"))
    kind: Text = models.CharField(_("kind of evidence"), max_length=10, choices=Kind.choices)
    title: Text = models.CharField(_("in short"), max_length=200)
    note: models.TextField[str, str] = models.TextField(_("what it shows"), blank=True, max_length=5000)
    url: Text = models.CharField(_("page"), max_length=1000, blank=True)  # a path of this application
    indicator: Text = models.CharField(_("indicator"), max_length=100, blank=True)
    group: models.JSONField[Any, Any] = models.JSONField(_("group"), default=list, blank=True)  # [[column, value], …]
    period: models.DateField[date | None, date | None] = models.DateField(_("period"), null=True, blank=True)
    grain: Text = models.CharField(_("length of period"), max_length=10, blank=True)
    value: Measure = models.FloatField(_("value"), null=True, blank=True)
    n: Whole = models.BigIntegerField(_("rows"), null=True, blank=True)
    low: Measure = models.FloatField(_("interval from"), null=True, blank=True)
    high: Measure = models.FloatField(_("interval to"), null=True, blank=True)
    standard: Text = models.CharField(_("standard"), max_length=100, blank=True)
    version: Text = models.CharField(_("version of the standard"), max_length=40, blank=True)
    snapshot: Text = models.CharField(_("snapshot of the data"), max_length=100, blank=True)
    record: Text = models.CharField(_("kind of record"), max_length=60, blank=True)
    record_number: Text = models.CharField(_("record number"), max_length=200, blank=True)
    seconds: Measure = models.FloatField(_("moment of the recording (s)"), null=True, blank=True)
    file: models.ForeignKey[Any, Any] = models.ForeignKey(
        "files.StoredFile", verbose_name=_("file"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("piece of evidence")
        verbose_name_plural = _("evidence")
        ordering: ClassVar[list[str]] = ["at", "pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["target_kind", "target_id"], name="evidence_by_target"),
        ]

    def __str__(self) -> str:
        return self.title
