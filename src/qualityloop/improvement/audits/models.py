"""Audit rounds with their checklist and findings."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qualityloop.foundation.wording import shown
from qualityloop.improvement.problems.models import Problem

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Moment, Text, Whole


class Cycle(models.TextChoices):
    """How often a round comes."""

    QUARTER = "quarter", _("every quarter")
    HALF_YEAR = "half_year", _("every half-year")
    ONCE = "once", pgettext_lazy("audit", "once")


class State(models.TextChoices):
    """Where a round stands."""

    PLANNED = "planned", pgettext_lazy("audit", "planned")
    RUNNING = "running", pgettext_lazy("audit", "running")
    REPORTED = "reported", pgettext_lazy("audit", "reported")
    CLOSED = "closed", pgettext_lazy("audit", "closed")


class Part(models.TextChoices):
    """What a point of the checklist was made from."""

    FOLLOW_UP = "follow_up", _("Follow-up of the last round")
    CONTROL = "control", _("Control points of the process map")
    SOP_STEP = "sop_step", _("Steps of SOPs")
    CAUTION = "caution", _("Cautions of SOPs")
    INDICATOR = "indicator", _("Indicators of the standards")
    OWN = "own", _("Points of one's own")


class Answer(models.TextChoices):
    """Whether a point is carried out as it should be."""

    CONFORMS = "conforms", _("conforms")
    PARTLY = "partly", _("conforms in part")
    FAILS = "fails", _("does not conform")
    NOT_APPLICABLE = "not_applicable", _("not applicable")


class Severity(models.TextChoices):
    """How grave a finding is."""

    SEVERE = "severe", pgettext_lazy("finding", "severe")
    GENERAL = "general", pgettext_lazy("finding", "general")
    OBSERVATION = "observation", pgettext_lazy("finding", "observation")


class Round(models.Model):
    """One audit of the service process, in a period, by auditors, of stages and departments (none named: all)."""

    points: Any  # managers of what points here
    findings: Any
    previous_id: int | None
    author_id: int | None
    number: Text = models.CharField(_("number of the round"), max_length=30, unique=True)
    title: Text = models.CharField(_("title"), max_length=200)
    cycle: Text = models.CharField(_("how often"), max_length=12, choices=Cycle.choices, default=Cycle.QUARTER)
    starts_on: models.DateField[date, date] = models.DateField(_("begins on"), db_index=True)
    ends_on: models.DateField[date, date] = models.DateField(_("ends on"))
    state: Text = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PLANNED)
    stages: models.JSONField[Any, Any] = models.JSONField(_("stages"), default=list, blank=True)  # "map:stage"
    parts: models.JSONField[Any, Any] = models.JSONField(_("made from"), default=list, blank=True)  # keys of Part
    departments: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "people.Department", verbose_name=_("departments"), blank=True, related_name="+"
    )
    auditors: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "people.Staff", verbose_name=_("auditors"), blank=True, related_name="+"
    )
    previous: models.ForeignKey[Any, Any] = models.ForeignKey(
        "self", verbose_name=_("last round"), null=True, blank=True, on_delete=models.PROTECT, related_name="next"
    )
    made_at: Moment = models.DateTimeField(_("checklist made"), null=True, blank=True)
    sources: models.JSONField[Any, Any] = models.JSONField(_("versions that the checklist was made from"), default=list)
    available: Whole = models.IntegerField(_("points in force"), null=True, blank=True)
    drawn: Whole = models.IntegerField(_("points to draw"), null=True, blank=True)
    seed: Whole = models.BigIntegerField(_("seed of the draw"), null=True, blank=True)
    summary: models.TextField[str, str] = models.TextField(_("summary"), blank=True, max_length=20_000)
    author: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("planned by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("planned"), default=timezone.now)
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("changed"), default=timezone.now, db_index=True
    )
    started_at: Moment = models.DateTimeField(_("started"), null=True, blank=True)
    reported_at: Moment = models.DateTimeField(_("reported"), null=True, blank=True)
    closed_at: Moment = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("audit round")
        verbose_name_plural = _("audit rounds")
        ordering: ClassVar[list[str]] = ["-starts_on", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["previous"], condition=models.Q(previous__isnull=False), name="audit_one_next"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Point(models.Model):
    """A point of a checklist: what is checked, of which version of which document, and how it is."""

    round_id: int
    follows_id: int | None
    answered_by_id: int | None
    findings: Any
    round: models.ForeignKey[Any, Any] = models.ForeignKey(
        Round, verbose_name=_("audit round"), on_delete=models.CASCADE, related_name="points"
    )
    place: models.IntegerField[int, int] = models.IntegerField(_("place"), default=0)
    part: Text = models.CharField(_("made from"), max_length=12, choices=Part.choices, default=Part.OWN)
    area_kept: models.TextField[str, str] = models.TextField(pgettext_lazy("checklist", "where"), blank=True)
    text_kept: models.TextField[str, str] = models.TextField(_("what is checked"))
    ref: Text = models.CharField(_("key in its document"), max_length=200, blank=True)
    indicator: Text = models.CharField(_("indicator"), max_length=100, blank=True)
    document: Text = models.CharField(_("document"), max_length=200, blank=True)
    version: Whole = models.IntegerField(_("version of the document"), null=True, blank=True)
    version_pk: Whole = models.BigIntegerField(_("id of the version"), null=True, blank=True)
    follows: models.ForeignKey[Any, Any] = models.ForeignKey(
        "Finding", verbose_name=_("finding of an earlier round"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="follow_ups",
    )  # fmt: skip
    answer: Text = models.CharField(
        pgettext_lazy("checklist", "answer"), max_length=15, choices=Answer.choices, blank=True
    )
    note: models.TextField[str, str] = models.TextField(_("note"), blank=True, max_length=4000)
    looked: Whole = models.IntegerField(_("cases looked at"), null=True, blank=True)
    fine: Whole = models.IntegerField(_("cases that conform"), null=True, blank=True)
    answered_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("answered by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    answered_at: Moment = models.DateTimeField(pgettext_lazy("checklist", "time of the answer"), null=True, blank=True)

    class Meta:
        verbose_name = _("point of a checklist")
        verbose_name_plural = _("points of a checklist")
        ordering: ClassVar[list[str]] = ["place", "pk"]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def text(self) -> str:
        """What is checked, for the reader of the page."""
        return shown(self.text_kept)

    @property
    def area(self) -> str:
        """Stage, SOP or dimension, for the reader of the page."""
        return shown(self.area_kept)


class Finding(models.Model):
    """What was found not to be as it should be. It stays open until a follow-up finds it mended or it is closed."""

    round_id: int
    point_id: int | None
    problem_id: int | None
    department_id: int | None
    owner_id: int | None
    round: models.ForeignKey[Any, Any] = models.ForeignKey(
        Round, verbose_name=_("audit round"), on_delete=models.PROTECT, related_name="findings"
    )
    point: models.ForeignKey[Any, Any] = models.ForeignKey(
        Point, verbose_name=_("point of a checklist"), null=True, on_delete=models.PROTECT, related_name="findings"
    )
    severity: Text = models.CharField(_("grade of the finding"), max_length=12, choices=Severity.choices)
    text: models.TextField[str, str] = models.TextField(_("what was found"), max_length=4000)
    department: models.ForeignKey[Any, Any] = models.ForeignKey(
        "people.Department", verbose_name=_("department"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    owner: models.ForeignKey[Any, Any] = models.ForeignKey(
        "people.Staff", verbose_name=_("who mends it"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    problem: models.ForeignKey[Any, Any] = models.ForeignKey(
        Problem, verbose_name=_("problem"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("entered"), default=timezone.now)
    closed_at: Moment = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_reason: Text = models.CharField(_("reason of closing"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("audit finding")
        verbose_name_plural = _("audit findings")
        ordering: ClassVar[list[str]] = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.text[:80]
