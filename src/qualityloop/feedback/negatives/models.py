"""Texts of customers with their score and what a person said of them; thresholds as they were fitted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Measure, Moment, Text, YesNo


class Kind(models.TextChoices):
    """Where a text stands."""

    REVIEW = "review", _("review")
    SURVEY_RESPONSE = "survey_response", _("comment of a survey")


class Band(models.TextChoices):
    """What the threshold says of a text."""

    YES = "yes", pgettext_lazy("feedback", "negative")
    UNSURE = "unsure", pgettext_lazy("feedback", "perhaps negative")
    NO = "no", pgettext_lazy("feedback", "not negative")


class Basis(models.TextChoices):
    """On which texts a threshold was measured."""

    RANDOM = "random", _("texts drawn at random")
    ALL = "all", _("all judged texts, not drawn at random")


class Threshold(models.Model):
    """Two thresholds, fitted on texts that people judged, and how good they are on texts they had not seen.

    `high` is empty where no score is sure enough to be called negative. The newest is in force.
    """

    made_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("fitted"), default=timezone.now)
    made_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    basis: Text = models.CharField(_("measured on"), max_length=10, choices=Basis.choices)
    judged: models.IntegerField[int, int] = models.IntegerField(_("judged texts that taught"))
    judged_until: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("judged until"))
    positives: models.IntegerField[int, int] = models.IntegerField(_("negative texts measured"))
    negatives: models.IntegerField[int, int] = models.IntegerField(_("other texts measured"))
    low: models.FloatField[float, float] = models.FloatField(_("lower threshold"))
    high: Measure = models.FloatField(_("upper threshold"), null=True)
    precision: Measure = models.FloatField(_("precision"), null=True)
    precision_low: Measure = models.FloatField(_("precision, lower bound"), null=True)
    precision_high: Measure = models.FloatField(_("precision, upper bound"), null=True)
    recall: models.FloatField[float, float] = models.FloatField(_("recall"))
    recall_low: models.FloatField[float, float] = models.FloatField(_("recall, lower bound"))
    recall_high: models.FloatField[float, float] = models.FloatField(_("recall, upper bound"))
    unsure: models.FloatField[float, float] = models.FloatField(_("share that a person is asked for"))

    class Meta:
        verbose_name = _("threshold for negative feedback")
        verbose_name_plural = _("thresholds for negative feedback")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"#{self.pk}"


class Opinion(models.Model):
    """A text of a customer: what the threshold says of it, and what a person said.

    Without a threshold its stars decide (`threshold` is empty). `draw` is its place in a random order that nobody
    chose; `drawn` says that it was judged as the next in that order.
    """

    said_by_id: int | None
    threshold_id: int | None

    kind: Text = models.CharField(_("kind of text"), max_length=20, choices=Kind.choices)
    record_id: models.BigIntegerField[int, int] = models.BigIntegerField(_("record"))
    number: Text = models.CharField(_("number of the record"), max_length=200)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("written"), db_index=True)
    excerpt: Text = models.CharField(_("text"), max_length=200)
    stars: Measure = models.FloatField(_("stars"), null=True, blank=True)
    score: Measure = models.FloatField(_("score"), null=True, blank=True)
    band: Text = models.CharField(_("judged by machine"), max_length=10, choices=Band.choices, db_index=True)
    threshold: models.ForeignKey[Any, Any] = models.ForeignKey(
        Threshold, verbose_name=_("threshold"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    seen_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("state of the record"), db_index=True)
    draw: models.BigIntegerField[int, int] = models.BigIntegerField(_("place in the random order"), db_index=True)
    drawn: models.BooleanField[bool, bool] = models.BooleanField(_("judged in the random order"), default=False)
    said: YesNo = models.BooleanField(_("negative, says a person"), null=True, blank=True)
    said_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("judged by a person"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    said_at: Moment = models.DateTimeField(_("time of the judgement"), null=True, blank=True)

    class Meta:
        verbose_name = _("text of a customer")
        verbose_name_plural = _("texts of customers")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["kind", "record_id"], name="opinion_once"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("feedback_negatives:opinion", args=[self.pk])
