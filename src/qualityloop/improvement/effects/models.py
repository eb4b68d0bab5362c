"""Evaluations of predictions, each kept as it was; and proposals for standards."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qualityloop.improvement.plans.models import Measure, Plan
from qualityloop.improvement.problems.models import Problem

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Moment, Text

    Number = models.FloatField[float | None, float | None]
    Day = models.DateField[date | None, date | None]


class Verdict(models.TextChoices):
    """What the numbers say."""

    EFFECTIVE = "effective", pgettext_lazy("verdict", "effective")
    NOT_EFFECTIVE = "not_effective", pgettext_lazy("verdict", "not effective")
    CANNOT_TELL = "cannot_tell_yet", pgettext_lazy("verdict", "cannot be told yet")


class Evaluation(models.Model):
    """What became of one prediction of a frozen plan, by the rows of one snapshot. Never changed; a later one is new.

    `final`: the data reach the day until which the effect was predicted; an earlier look proves nothing.
    """

    problem_id: int
    measure_id: int
    problem: models.ForeignKey[Any, Any] = models.ForeignKey(
        Problem, verbose_name=_("problem"), on_delete=models.PROTECT, related_name="evaluations"
    )
    plan: models.ForeignKey[Any, Any] = models.ForeignKey(
        Plan, verbose_name=_("plan"), on_delete=models.PROTECT, related_name="+"
    )
    measure: models.ForeignKey[Any, Any] = models.ForeignKey(
        Measure, verbose_name=_("measure"), on_delete=models.PROTECT, related_name="evaluations"
    )
    plan_hash: Text = models.CharField(_("fingerprint of the plan"), max_length=64)
    prediction: models.JSONField[Any, Any] = models.JSONField(_("prediction"), default=dict)
    indicator: Text = models.CharField(_("indicator"), max_length=100)
    standard: Text = models.CharField(_("standard"), max_length=100)
    standard_version: Text = models.CharField(_("version of the standard"), max_length=40)
    standard_hash: Text = models.CharField(_("fingerprint of the standard"), max_length=64)
    snapshot: Text = models.CharField(_("snapshot of the data"), max_length=100)
    question_hash: Text = models.CharField(_("fingerprint of the question"), max_length=64)
    starts_on: models.DateField[date, date] = models.DateField(_("start of the measure"))
    until: Day = models.DateField(_("last day looked at"), null=True, blank=True)
    final: models.BooleanField[bool, bool] = models.BooleanField(_("after the day that was set"))
    method: Text = models.CharField(_("method"), max_length=30)
    verdict: Text = models.CharField(_("verdict"), max_length=20, choices=Verdict.choices, db_index=True)
    reached: Text = models.CharField(_("prediction reached"), max_length=5, blank=True)  # yes, no, open
    value: Number = models.FloatField(_("change"), null=True, blank=True)
    low: Number = models.FloatField(_("change, lower end"), null=True, blank=True)
    high: Number = models.FloatField(_("change, upper end"), null=True, blank=True)
    expected: Number = models.FloatField(_("predicted change"), null=True, blank=True)
    told_on: Day = models.DateField(_("can be told on"), null=True, blank=True)
    result: models.JSONField[Any, Any] = models.JSONField(_("whole answer"), default=dict)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("evaluated"), default=timezone.now, db_index=True
    )
    by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked for by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("evaluation of an effect")
        verbose_name_plural = _("evaluations of effects")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["measure", "plan_hash", "snapshot", "question_hash"], name="evaluation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} · {self.at:%Y-%m-%d}"


class ProposalKind(models.TextChoices):
    """What is to be changed so that what worked lasts."""

    SOP = "sop", _("SOP")
    INDICATOR = "indicator", _("Target or warning line of an indicator")
    SCORE_SHEET = "score_sheet", _("Item of a score sheet")
    KNOWLEDGE = "knowledge", _("Knowledge article")
    TRAINING = "training", _("Training need")


class ProposalState(models.TextChoices):
    """How far a proposal has come."""

    PROPOSED = "proposed", pgettext_lazy("proposal", "proposed")
    DRAFTED = "drafted", pgettext_lazy("proposal", "draft being worked on")
    ACCEPTED = "accepted", pgettext_lazy("proposal", "accepted, done by hand")
    DONE = "done", pgettext_lazy("proposal", "in force")
    REJECTED = "rejected", pgettext_lazy("proposal", "rejected")


class Proposal(models.Model):
    """A change to a standard, proposed from what was proven; accepted, it becomes a draft there with a link back."""

    problem_id: int
    problem: models.ForeignKey[Any, Any] = models.ForeignKey(
        Problem, verbose_name=_("problem"), on_delete=models.PROTECT, related_name="proposals"
    )
    measure: models.ForeignKey[Any, Any] = models.ForeignKey(
        Measure, verbose_name=_("measure"), on_delete=models.PROTECT, related_name="proposals"
    )
    evaluation: models.ForeignKey[Any, Any] = models.ForeignKey(
        Evaluation, verbose_name=_("evaluation"), on_delete=models.PROTECT, related_name="proposals"
    )
    kind: Text = models.CharField(_("what is changed"), max_length=12, choices=ProposalKind.choices)
    title: Text = models.CharField(_("title"), max_length=200)
    text: models.TextField[str, str] = models.TextField(_("what it will say"), max_length=4000, blank=True)
    target: Number = models.FloatField(_("target"), null=True, blank=True)
    warning: Number = models.FloatField(_("warning line"), null=True, blank=True)
    document: models.ForeignKey[Any, Any] = models.ForeignKey(
        "standards.Document", verbose_name=_("standard document"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    version: models.ForeignKey[Any, Any] = models.ForeignKey(
        "standards.Version", verbose_name=_("version of a standard"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="proposals",
    )  # fmt: skip
    owner: models.ForeignKey[Any, Any] = models.ForeignKey(
        "people.Staff", verbose_name=_("owner"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state: Text = models.CharField(
        pgettext_lazy("proposal", "state"), max_length=10, choices=ProposalState.choices,
        default=ProposalState.PROPOSED, db_index=True,
    )  # fmt: skip
    reason: models.TextField[str, str] = models.TextField(_("reason of the decision"), max_length=2000, blank=True)
    author: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("written"), default=timezone.now, db_index=True
    )
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("changed"), default=timezone.now)
    done_at: Moment = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("proposal for a standard")
        verbose_name_plural = _("proposals for standards")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["measure", "kind"], name="proposal_once"),
        ]

    def __str__(self) -> str:
        return self.title
