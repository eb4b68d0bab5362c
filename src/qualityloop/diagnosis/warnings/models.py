"""Early warnings with what was seen and what came of it; settings of rules; what other rooms have watched."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.warning.registry import RULES
from qualityloop.foundation.wording import shown
from qualityloop.people.models import Department

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Text

WATCH = "watch"  # the rule of watches
RULE_LENGTH = 40


class State(models.TextChoices):
    """Where a warning stands."""

    OPEN = "open", _("not taken yet")
    TAKEN = "taken", _("being handled")
    ENDED = "ended", _("ended")


class Severity(models.TextChoices):
    """How serious a warning is."""

    URGENT = "urgent", _("urgent")
    IMPORTANT = "important", _("important")
    ORDINARY = "ordinary", _("ordinary")


RANK = {Severity.URGENT.value: 1, Severity.IMPORTANT.value: 2, Severity.ORDINARY.value: 3}


class EarlyWarning(models.Model):
    """Something signals: `rule` on `series` (an indicator's key, or what is counted) of one group."""

    owner_id: int | None
    department_id: int | None
    sightings: Any
    endings: Any

    number: Text = models.CharField(_("number"), max_length=30, unique=True)
    rule: Text = models.CharField(_("rule"), max_length=RULE_LENGTH)
    series: Text = models.CharField(_("indicator or series"), max_length=100)
    name_kept: models.TextField[str, str] = models.TextField(_("what signals"))
    grouping: models.JSONField[Any, Any] = models.JSONField(_("group"), default=list, blank=True)
    group_key: Text = models.CharField(_("group"), max_length=300, blank=True)
    severity: Text = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    rank: models.SmallIntegerField[int, int] = models.SmallIntegerField(_("severity"), default=3, db_index=True)
    state: Text = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    said_kept: models.TextField[str, str] = models.TextField(_("what is said"))
    evidence: models.JSONField[Any, Any] = models.JSONField(_("evidence"), default=dict)
    until: models.DateField[date, date] = models.DateField(_("evidence until"))
    opened_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("opened"), db_index=True)
    due_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("due"), db_index=True)
    department: models.ForeignKey[Any, Any] = models.ForeignKey(
        Department, verbose_name=_("department"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    owner: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    taken_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("taken"), null=True, blank=True
    )
    ended_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("ended"), null=True, blank=True
    )
    reopened: models.SmallIntegerField[int, int] = models.SmallIntegerField(_("times reopened"), default=0)
    source_label: Text = models.CharField(_("watched for"), max_length=200, blank=True)
    source_url: Text = models.CharField(_("watched for"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("early warning")
        verbose_name_plural = _("early warnings")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["rule", "series", "group_key"], condition=~models.Q(state="ended"), name="warning_open_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["state", "rank"], name="warning_by_state")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("diagnosis_warnings:warning", args=[self.pk])

    def sentence(self, language: str = "") -> str:
        """What is said, for a reader of `language` (empty: of the page that is being made)."""
        return shown(self.said_kept, language)

    def name(self, language: str = "") -> str:
        """What signals, with its group."""
        groups = "、".join(str(value if value is not None else column) for column, value in self.grouping)
        return shown(self.name_kept, language) + (f" · {groups}" if groups else "")

    @property
    def overdue(self) -> bool:
        """Whether it should have ended by now."""
        return self.state != State.ENDED and self.due_at < timezone.now()


class Sighting(models.Model):
    """One time that the rule found it: the first, and each that showed something new."""

    warning_id: int
    warning: models.ForeignKey[Any, Any] = models.ForeignKey(
        EarlyWarning, verbose_name=_("early warning"), on_delete=models.CASCADE, related_name="sightings"
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)
    until: models.DateField[date, date] = models.DateField(_("evidence until"))
    severity: Text = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    said_kept: models.TextField[str, str] = models.TextField(_("what is said"))
    evidence: models.JSONField[Any, Any] = models.JSONField(_("evidence"), default=dict)

    class Meta:
        verbose_name = _("sighting")
        verbose_name_plural = _("sightings")
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return f"{self.warning_id} {self.until}"

    @property
    def sentence(self) -> str:
        """What was said then, in the language of the page."""
        return shown(self.said_kept)


class Ending(models.Model):
    """What came of a warning; one that came back has several."""

    warning_id: int
    warning: models.ForeignKey[Any, Any] = models.ForeignKey(
        EarlyWarning, verbose_name=_("early warning"), on_delete=models.CASCADE, related_name="endings"
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)
    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+"
    )
    cause: models.TextField[str, str] = models.TextField(_("cause"), max_length=2000)
    action: models.TextField[str, str] = models.TextField(_("corrective action"), max_length=2000)
    lesson: models.TextField[str, str] = models.TextField(_("lesson"), max_length=2000)

    class Meta:
        verbose_name = _("end of a warning")
        verbose_name_plural = _("ends of warnings")
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.lesson[:80]


class RuleSetting(models.Model):
    """Whether a rule is on, and its numbers; a rule without a row has its defaults."""

    rule: Text = models.CharField(_("rule"), max_length=RULE_LENGTH, unique=True)
    active: models.BooleanField[bool, bool] = models.BooleanField(_("on"), default=True)
    settings: models.JSONField[Any, Any] = models.JSONField(_("settings"), default=dict, blank=True)

    class Meta:
        verbose_name = _("rule of early warning")
        verbose_name_plural = _("rules of early warning")
        ordering: ClassVar[list[str]] = ["rule"]

    def __str__(self) -> str:
        rule = RULES.get(self.rule)
        return str(rule.name) if rule else self.rule


class Watch(models.Model):
    """An indicator that another room has watched: past `threshold` it warns, naming what it is watched for."""

    OWN = "own."  # how the keys of those begin that people keep on the page

    class Side(models.TextChoices):
        ABOVE = "above", _("above")
        BELOW = "below", _("below")

    key: Text = models.CharField(_("key"), max_length=100, unique=True)
    indicator: Text = models.CharField(_("indicator"), max_length=100)
    grouping: models.JSONField[Any, Any] = models.JSONField(_("group"), default=list, blank=True)
    side: Text = models.CharField(_("condition"), max_length=10, choices=Side.choices)
    threshold: models.FloatField[float, float] = models.FloatField(_("threshold"))
    label: Text = models.CharField(_("watched for"), max_length=200)
    url: Text = models.CharField(_("address"), max_length=300, blank=True)
    active: models.BooleanField[bool, bool] = models.BooleanField(_("on"), default=True)

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        ordering: ClassVar[list[str]] = ["label", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def is_own(self) -> bool:
        """Whether people keep it on the page, and no other room does."""
        return self.key.startswith(self.OWN)


class WeekReview(models.Model):
    """The weekly look at what signalled: notes, decisions, who held it. One per week."""

    week: models.DateField[date, date] = models.DateField(_("week"), unique=True)
    notes: models.TextField[str, str] = models.TextField(_("notes"), max_length=10_000, blank=True)
    decisions: models.TextField[str, str] = models.TextField(_("decisions"), max_length=10_000, blank=True)
    decided_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("weekly review")
        verbose_name_plural = _("weekly reviews")
        ordering: ClassVar[list[str]] = ["-week"]

    def __str__(self) -> str:
        return self.week.isoformat()


class MonthReport(models.Model):
    """The 监控报告 of a month, kept as it was made: attainment of each indicator, snapshot, standard version."""

    month: models.DateField[date, date] = models.DateField(_("month"), unique=True)
    made_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("made"), default=timezone.now)
    snapshot: Text = models.CharField(_("snapshot"), max_length=64)
    standard: Text = models.CharField(_("standard"), max_length=100)
    version: Text = models.CharField(_("version"), max_length=50)
    met: models.IntegerField[int, int] = models.IntegerField(_("on target"))
    rated: models.IntegerField[int, int] = models.IntegerField(_("rated"))
    content: models.JSONField[Any, Any] = models.JSONField(_("content"))

    class Meta:
        verbose_name = _("monitoring report")
        verbose_name_plural = _("monitoring reports")
        ordering: ClassVar[list[str]] = ["-month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
