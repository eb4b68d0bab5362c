"""The improvement plan of a problem, in versions, and its measures with what is predicted of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qualityloop.improvement.problems.models import Problem

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Measure as Number
    from qualityloop.foundation.records.columns import Moment, Text

    Day = models.DateField[date | None, date | None]
    Json = models.JSONField[Any, Any]
    Long = models.TextField[str, str]


class PlanState(models.TextChoices):
    """Where a version of a plan stands."""

    DRAFT = "draft", pgettext_lazy("plan", "draft")
    SUBMITTED = "submitted", pgettext_lazy("plan", "waits for approval")
    APPROVED = "approved", pgettext_lazy("plan", "approved")
    EXECUTING = "executing", pgettext_lazy("plan", "being carried out")
    DONE = "done", pgettext_lazy("plan", "carried out")
    REPLACED = "replaced", pgettext_lazy("plan", "replaced")


class MeasureState(models.TextChoices):
    """Where a measure stands."""

    WAITING = "waiting", pgettext_lazy("measure", "not begun")
    RUNNING = "running", pgettext_lazy("measure", "under way")
    DONE = "done", pgettext_lazy("measure", "done")
    DROPPED = "dropped", pgettext_lazy("measure", "given up")


class Method(models.TextChoices):
    """By which method an effect will be judged; said before anything begins."""

    ITS = "its", _("Interrupted time series")
    DID = "did", _("Difference in differences")
    SHARES = "shares", _("Before and after, for shares")


class Direction(models.TextChoices):
    """Which way the indicator is to move."""

    UP = "up", _("rises")
    DOWN = "down", _("falls")


class Plan(models.Model):
    """One version of the plan of a problem. At its start it is frozen: what was predicted never changes."""

    problem_id: int
    author_id: int | None
    measures: Any  # manager of what points here
    problem: models.ForeignKey[Any, Any] = models.ForeignKey(
        Problem, verbose_name=_("problem"), on_delete=models.PROTECT, related_name="plans"
    )
    version: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("version"), default=1)
    number: Text = models.CharField(_("plan number"), max_length=40, unique=True)
    state: Text = models.CharField(
        pgettext_lazy("plan", "state"), max_length=12, choices=PlanState.choices, default=PlanState.DRAFT, db_index=True
    )
    goal: Long = models.TextField(_("goal"), max_length=2000, blank=True)
    reason: Long = models.TextField(_("why it was adjusted"), max_length=2000, blank=True)
    replaces: models.ForeignKey[Any, Any] = models.ForeignKey(
        "self", verbose_name=_("replaces"), null=True, blank=True, on_delete=models.PROTECT, related_name="successors"
    )
    author: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("written"), default=timezone.now, db_index=True
    )
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("changed"), default=timezone.now, db_index=True
    )
    approved_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("approved by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    approved_at: Moment = models.DateTimeField(_("approved at"), null=True, blank=True)
    frozen_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("started by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    frozen_at: Moment = models.DateTimeField(_("started at"), null=True, blank=True)
    frozen_json: Long = models.TextField(_("content at the start"), blank=True)
    frozen_hash: Text = models.CharField(_("fingerprint of the content"), max_length=64, blank=True)
    ended_at: Moment = models.DateTimeField(_("carried out at"), null=True, blank=True)

    class Meta:
        verbose_name = _("improvement plan")
        verbose_name_plural = _("improvement plans")
        ordering: ClassVar[list[str]] = ["problem_id", "-version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["problem", "version"], name="plan_version_once"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_frozen(self) -> bool:
        """Whether it has begun, so that its content stands for good."""
        return bool(self.frozen_hash)


class Measure(models.Model):
    """Something that will be done, by whom and until when, and what is predicted of it."""

    plan_id: int
    owner_id: int | None
    department_id: int | None
    tasks: Any
    checkpoints: Any
    plan: models.ForeignKey[Any, Any] = models.ForeignKey(
        Plan, verbose_name=_("plan"), on_delete=models.CASCADE, related_name="measures"
    )
    place: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(_("place"), default=1)
    title: Text = models.CharField(_("measure"), max_length=200)
    action: Long = models.TextField(_("what will be done"), max_length=4000, blank=True)
    cause: Text = models.CharField(_("cause that it removes"), max_length=500, blank=True)
    cause_key: Text = models.CharField(_("key of the cause"), max_length=100, blank=True)
    owner: models.ForeignKey[Any, Any] = models.ForeignKey(
        "people.Staff",
        verbose_name=pgettext_lazy("plan", "owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    department: models.ForeignKey[Any, Any] = models.ForeignKey(
        "people.Department", verbose_name=_("department"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    starts_on: Day = models.DateField(_("begins on"), null=True, blank=True)
    due_on: Day = models.DateField(_("due on"), null=True, blank=True)
    resources: Long = models.TextField(_("resources"), max_length=2000, blank=True)
    gaps: Long = models.TextField(_("what is lacking"), max_length=2000, blank=True)
    contingency: Long = models.TextField(_("what is done about it"), max_length=2000, blank=True)
    effort_days: Number = models.FloatField(_("effort (person-days)"), null=True, blank=True)
    risks: Json = models.JSONField(_("risks"), default=list, blank=True)  # [[risk, contingency], …]
    indicator: Text = models.CharField(_("indicator"), max_length=100, blank=True)
    group: Json = models.JSONField(_("group"), default=list, blank=True)  # [[column, value], …]
    direction: Text = models.CharField(_("direction"), max_length=4, choices=Direction.choices, blank=True)
    amount: Number = models.FloatField(_("by how much"), null=True, blank=True)
    effect_until: Day = models.DateField(_("effect until"), null=True, blank=True)
    baseline_from: Day = models.DateField(_("baseline from"), null=True, blank=True)
    baseline_until: Day = models.DateField(_("baseline until"), null=True, blank=True)
    method: Text = models.CharField(
        pgettext_lazy("plan", "judged by"), max_length=10, choices=Method.choices, blank=True
    )
    untouched: Json = models.JSONField(_("untouched groups"), default=list, blank=True)  # [[[column, value], …], …]
    account: Json = models.JSONField(_("cost and benefit"), default=dict, blank=True)  # {factor: [low, likely, high]}
    state: Text = models.CharField(
        pgettext_lazy("measure", "state"), max_length=10, choices=MeasureState.choices, default=MeasureState.WAITING,
        db_index=True,
    )  # fmt: skip
    done_at: Moment = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        ordering: ClassVar[list[str]] = ["plan_id", "place", "pk"]

    def __str__(self) -> str:
        return self.title


#: Columns of a measure that stand for good once its plan has begun.
PREDICTED = (
    "plan_id", "title", "action", "cause", "cause_key", "owner_id", "department_id", "starts_on", "due_on", "resources",
    "gaps", "contingency", "effort_days", "risks", "indicator", "group", "direction", "amount", "effect_until",
    "baseline_from", "baseline_until", "method", "untouched", "account",
)  # fmt: skip
