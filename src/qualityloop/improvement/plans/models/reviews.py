"""Reviews of measures that missed: 48 hours for the cause and an adjusted plan."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.improvement.plans.models.plans import Measure, Plan

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Moment, Text


class Missed(models.TextChoices):
    """What a measure missed."""

    LATE = "late", _("Its day is over")
    CHECKPOINT = "checkpoint", _("A checkpoint was not passed")
    PREDICTION = "prediction", _("The predicted effect did not come")


class Review(models.Model):
    """Why a measure missed, and what the plan is now; closed only with both."""

    measure_id: int
    measure: models.ForeignKey[Any, Any] = models.ForeignKey(
        Measure, verbose_name=_("measure"), on_delete=models.PROTECT, related_name="reviews"
    )
    missed: Text = models.CharField(_("what was missed"), max_length=12, choices=Missed.choices)
    what: Text = models.CharField(_("what happened"), max_length=500, blank=True)
    opened_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("opened"), default=timezone.now, db_index=True
    )
    due_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("due"), db_index=True)
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("changed"), default=timezone.now, db_index=True
    )
    cause: models.TextField[str, str] = models.TextField(_("cause"), max_length=4000, blank=True)
    adjusted: models.ForeignKey[Any, Any] = models.ForeignKey(
        Plan, verbose_name=_("adjusted plan"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at: Moment = models.DateTimeField(_("closed"), null=True, blank=True, db_index=True)
    closed_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("closed by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("review of a measure")
        verbose_name_plural = _("reviews of measures")
        ordering: ClassVar[list[str]] = ["-opened_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["measure", "missed"], condition=models.Q(closed_at__isnull=True), name="review_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} · {self.opened_at:%Y-%m-%d}"
