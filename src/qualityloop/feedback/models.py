"""What customers say: survey answers, complaints, reviews, praise. Their columns follow the fact tables of the core."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from qualityloop.customers.models import Customer
from qualityloop.foundation.records.models import Batch, Record
from qualityloop.operations.models import Assigned, Ticket, by_time

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Measure, Moment, Text, Whole, YesNo


class AboutTicket(models.Model):
    """Feedback that may belong to a ticket."""

    ticket: models.ForeignKey[Any, Any] = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    ticket_key: Text = models.CharField(_("ticket as delivered"), max_length=200, blank=True, db_index=True)

    class Meta:
        abstract = True


class SurveyResponse(Record, Assigned, AboutTicket):
    """One answered questionnaire."""

    number: Text = models.CharField(_("response number"), max_length=200, unique=True)
    answered_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("answered"), db_index=True)
    region: Text = models.CharField(_("region"), max_length=100, blank=True)
    tier: Text = models.CharField(_("tier"), max_length=50, blank=True)
    touchpoint: Text = models.CharField(_("touchpoint"), max_length=100, blank=True)
    csat: Whole = models.IntegerField(_("satisfaction (1–5)"), null=True, blank=True)
    nps: Whole = models.IntegerField(_("likelihood to recommend (0–10)"), null=True, blank=True)
    effort: Whole = models.IntegerField(_("effort (1–7)"), null=True, blank=True)
    solved: YesNo = models.BooleanField(_("solved, says the customer"), null=True, blank=True)
    comment: models.TextField[str, str] = models.TextField(_("comment"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("survey response")
        verbose_name_plural = _("survey responses")
        indexes: ClassVar[list[models.Index]] = by_time("survey", "answered_at")

    def __str__(self) -> str:
        return self.number


class SurveyItem(models.Model):
    """One item of an answered questionnaire: how well it was done, and how much it matters, where that was asked."""

    response: models.ForeignKey[Any, Any] = models.ForeignKey(
        SurveyResponse, verbose_name=_("survey response"), on_delete=models.CASCADE, related_name="items",
        db_index=False,
    )  # fmt: skip
    seq: models.IntegerField[int, int] = models.IntegerField(_("sequence"))
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("answered"))
    item: Text = models.CharField(_("item"), max_length=200)
    rating: Measure = models.FloatField(_("rating"), null=True, blank=True)
    importance: Measure = models.FloatField(_("importance"), null=True, blank=True)
    batch: models.ForeignKey[Any, Any] = models.ForeignKey(
        Batch, verbose_name=_("batch"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("item of a survey response")
        verbose_name_plural = _("items of survey responses")
        ordering: ClassVar[list[str]] = ["response", "seq"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["response", "seq"], name="survey_item_once"),
        ]

    def __str__(self) -> str:
        return self.item


class Complaint(Record, Assigned, AboutTicket):
    """An entry of the complaint ledger."""

    number: Text = models.CharField(_("complaint number"), max_length=200, unique=True)
    received_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("received"), db_index=True)
    classified_at: Moment = models.DateTimeField(_("classified"), null=True, blank=True)
    answered_at: Moment = models.DateTimeField(_("answered"), null=True, blank=True)
    closed_at: Moment = models.DateTimeField(_("closed"), null=True, blank=True)
    region: Text = models.CharField(_("region"), max_length=100, blank=True)
    cause: Text = models.CharField(_("root cause"), max_length=200, blank=True)
    severity: Text = models.CharField(_("severity"), max_length=50, blank=True)
    status: Text = models.CharField(_("status"), max_length=100, blank=True)
    upheld: YesNo = models.BooleanField(_("upheld"), null=True, blank=True)
    text: models.TextField[str, str] = models.TextField(_("text"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        indexes: ClassVar[list[models.Index]] = by_time("complaint", "received_at")

    def __str__(self) -> str:
        return self.number


class Review(Record):
    """What somebody wrote on a third-party platform."""

    number: Text = models.CharField(_("review number"), max_length=200, unique=True)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("written"), db_index=True)
    answered_at: Moment = models.DateTimeField(_("answered"), null=True, blank=True)
    platform: Text = models.CharField(_("platform"), max_length=100, blank=True)
    product: Text = models.CharField(_("product"), max_length=200, blank=True)
    customer: models.ForeignKey[Any, Any] = models.ForeignKey(
        Customer, verbose_name=_("customer"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rating: Measure = models.FloatField(_("rating (1–5)"), null=True, blank=True)
    text: models.TextField[str, str] = models.TextField(_("text"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("review")
        verbose_name_plural = _("reviews")

    def __str__(self) -> str:
        return self.number


class Praise(Record, Assigned, AboutTicket):
    """A customer's thanks."""

    number: Text = models.CharField(_("praise number"), max_length=200, unique=True)
    received_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("received"), db_index=True)
    text: models.TextField[str, str] = models.TextField(_("text"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("praise")
        verbose_name_plural: ClassVar[Any] = _("praise")
        indexes: ClassVar[list[models.Index]] = by_time("praise", "received_at")

    def __str__(self) -> str:
        return self.number
