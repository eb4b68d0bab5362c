"""Rows of fact tables whose room does not exist yet: kept as they came, and published to the lake from here."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.records.models import Batch

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Text


class HeldRow(models.Model):
    """A row of `dataset` under its `key` (the parts of a key of several columns are separated by tabs)."""

    batch_id: int
    changed_by_id: int | None

    dataset: Text = models.CharField(_("data set"), max_length=64)
    key: Text = models.CharField(_("key"), max_length=400)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"))
    data: models.JSONField[Any, Any] = models.JSONField(_("columns"), default=dict)
    source: Text = models.CharField(_("source"), max_length=100)
    batch: models.ForeignKey[Any, Any] = models.ForeignKey(
        Batch, verbose_name=_("batch"), on_delete=models.PROTECT, related_name="+"
    )
    before: models.JSONField[Any, Any] = models.JSONField(_("before the last change"), null=True, blank=True)
    changed_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        Batch, verbose_name=_("changed by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("changed"), default=timezone.now, db_index=True
    )

    class Meta:
        verbose_name = _("held row")
        verbose_name_plural = _("held rows")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dataset", "source", "key"], name="held_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.key}"
