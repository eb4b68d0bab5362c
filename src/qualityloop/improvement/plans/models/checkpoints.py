"""Checkpoints inside the execution: a random share of a lot, or one question on a day."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qualityloop.improvement.plans.models.plans import Measure

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Measure as Number
    from qualityloop.foundation.records.columns import Moment, Text, Whole


class CheckKind(models.TextChoices):
    """How is checked."""

    SAMPLE = "sample", _("Random sample of a lot")
    QUESTION = "question", _("A question on a day")


class CheckState(models.TextChoices):
    """How a checkpoint stands."""

    PLANNED = "planned", pgettext_lazy("checkpoint", "planned")
    DRAWN = "drawn", pgettext_lazy("checkpoint", "being checked")
    PASSED = "passed", pgettext_lazy("checkpoint", "passed")
    FAILED = "failed", pgettext_lazy("checkpoint", "not passed")


class Checkpoint(models.Model):
    """What is checked on a day while a measure is under way, by which rule, and how it came out."""

    measure_id: int
    results: Any  # manager of what points here
    measure: models.ForeignKey[Any, Any] = models.ForeignKey(
        Measure, verbose_name=_("measure"), on_delete=models.PROTECT, related_name="checkpoints"
    )
    kind: Text = models.CharField(_("way of checking"), max_length=10, choices=CheckKind.choices)
    title: Text = models.CharField(_("what is checked"), max_length=200)
    due_on: models.DateField[date, date] = models.DateField(_("due on"), db_index=True)
    state: Text = models.CharField(
        pgettext_lazy("checkpoint", "state"), max_length=8, choices=CheckState.choices, default=CheckState.PLANNED,
        db_index=True,
    )  # fmt: skip
    lot: models.JSONField[Any, Any] = models.JSONField(_("items of the lot"), default=list, blank=True)
    query: models.JSONField[Any, Any] = models.JSONField(_("records that make up the lot"), null=True, blank=True)
    share: Number = models.FloatField(_("share to check"), null=True, blank=True)
    good: Number = models.FloatField(_("acceptable share of bad items"), null=True, blank=True)
    poor: Number = models.FloatField(_("share of bad items to be refused"), null=True, blank=True)
    size: Whole = models.BigIntegerField(_("items to check"), null=True, blank=True)
    accept: Whole = models.BigIntegerField(_("bad items allowed"), null=True, blank=True)
    seed: Whole = models.BigIntegerField(_("seed of the draw"), null=True, blank=True)
    drawn_at: Moment = models.DateTimeField(_("drawn at"), null=True, blank=True)
    finding: models.TextField[str, str] = models.TextField(_("finding"), max_length=4000, blank=True)
    at_most: Number = models.FloatField(_("at most bad, at 95 %"), null=True, blank=True)
    author: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("written"), default=timezone.now)
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("changed"), default=timezone.now, db_index=True
    )
    judged_at: Moment = models.DateTimeField(_("judged at"), null=True, blank=True)

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering: ClassVar[list[str]] = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.title


class CheckResult(models.Model):
    """One drawn item of a lot, and whether it was found in order."""

    checkpoint_id: int
    checkpoint: models.ForeignKey[Any, Any] = models.ForeignKey(
        Checkpoint, verbose_name=_("checkpoint"), on_delete=models.CASCADE, related_name="results"
    )
    place: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("place in the lot"))
    label: Text = models.CharField(_("item"), max_length=500)
    ok: models.BooleanField[bool | None, bool | None] = models.BooleanField(_("in order"), null=True, blank=True)
    note: Text = models.CharField(_("note"), max_length=1000, blank=True)
    by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("checked by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    at: Moment = models.DateTimeField(_("checked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("checked item")
        verbose_name_plural = _("checked items")
        ordering: ClassVar[list[str]] = ["place"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["checkpoint", "place"], name="check_result_once"),
        ]

    def __str__(self) -> str:
        return self.label
