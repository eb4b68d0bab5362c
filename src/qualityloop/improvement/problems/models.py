"""Problems on their way from being found to being closed."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Measure, Moment, Text, Whole


class Grade(models.TextChoices):
    """In which order work on problems goes."""

    URGENT = "urgent", pgettext_lazy("grade", "urgent")
    IMPORTANT = "important", pgettext_lazy("grade", "important")
    ORDINARY = "ordinary", pgettext_lazy("grade", "ordinary")


class SourceKind(models.TextChoices):
    """What a problem was found by."""

    DIAGNOSIS = "diagnosis", _("Diagnosis")
    WARNING = "warning", _("Early warning")
    THEME = "theme", _("Theme of complaints")
    EXPECTATION = "expectation", _("Expectation and perception")
    VOICE = "voice", _("Negative feedback")
    AUDIT = "audit", _("Audit")
    RISK = "risk", _("Risk")
    HAND = "hand", pgettext_lazy("source of a problem", "by hand")


class State(models.TextChoices):
    """Where a problem stands on its way."""

    OPEN = "open", pgettext_lazy("problem", "looking for the cause")
    CAUSE_LOCKED = "cause_locked", pgettext_lazy("problem", "cause locked")
    PLANNED = "planned", pgettext_lazy("problem", "planned")
    EXECUTING = "executing", pgettext_lazy("problem", "being carried out")
    VERIFYING = "verifying", pgettext_lazy("problem", "effect being judged")
    CLOSED = "closed", pgettext_lazy("problem", "closed")


class Verdict(models.TextChoices):
    """How a problem ended."""

    EFFECTIVE = "effective", pgettext_lazy("verdict", "effective")
    NOT_EFFECTIVE = "not_effective", pgettext_lazy("verdict", "not effective")
    UNDECIDED = "undecided", pgettext_lazy("verdict", "cannot be told")
    DROPPED = "dropped", pgettext_lazy("verdict", "not pursued")


class Source(models.Model):
    """Where something was found: kind, the key of what found it, and its page."""

    source_kind: Text = models.CharField(
        _("found by"), max_length=20, choices=SourceKind.choices, default=SourceKind.HAND
    )
    source_ref: Text = models.CharField(_("key of what found it"), max_length=200, blank=True)
    source_url: Text = models.CharField(_("page of what found it"), max_length=1000, blank=True)

    class Meta:
        abstract = True


class Problem(Source):
    """Something to be improved. With an indicator: of which group, in which period, from what to what."""

    department_id: int | None
    owner_id: int | None
    opened_by_id: int | None
    mentions: Any  # manager of what points here
    number: Text = models.CharField(_("problem number"), max_length=30, unique=True)
    title: Text = models.CharField(_("title"), max_length=200)
    what: models.TextField[str, str] = models.TextField(_("what is wrong"), blank=True, max_length=20_000)
    grade: Text = models.CharField(_("grade"), max_length=12, choices=Grade.choices, default=Grade.ORDINARY)
    grade_reason: Text = models.CharField(_("why this grade"), max_length=500, blank=True)
    grade_facts: models.JSONField[Any, Any] = models.JSONField(_("facts of the grade"), default=dict, blank=True)
    department: models.ForeignKey[Any, Any] = models.ForeignKey(
        "people.Department", verbose_name=_("department"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    owner: models.ForeignKey[Any, Any] = models.ForeignKey(
        "people.Staff", verbose_name=_("owner"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    members: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "people.Staff", verbose_name=_("works on it too"), blank=True, related_name="+"
    )
    state: Text = models.CharField(
        _("where it stands"), max_length=20, choices=State.choices, default=State.OPEN, db_index=True
    )
    verdict: Text = models.CharField(_("verdict"), max_length=20, choices=Verdict.choices, blank=True)
    closed_reason: models.TextField[str, str] = models.TextField(_("reason of closing"), blank=True, max_length=2000)
    what_next: models.TextField[str, str] = models.TextField(_("what happens next"), blank=True, max_length=2000)
    signature: Text = models.CharField(_("signed as"), max_length=200, blank=True)
    closed_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("closed by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    indicator: Text = models.CharField(_("indicator"), max_length=100, blank=True)
    group: models.JSONField[Any, Any] = models.JSONField(_("group"), default=list, blank=True)  # [[column, value], …]
    group_key: Text = models.CharField(_("key of the group"), max_length=500, blank=True)
    period: models.DateField[date | None, date | None] = models.DateField(_("period"), null=True, blank=True)
    grain: Text = models.CharField(_("length of period"), max_length=10, blank=True)
    value: Measure = models.FloatField(_("value"), null=True, blank=True)
    target: Measure = models.FloatField(_("target"), null=True, blank=True)
    standard: Text = models.CharField(_("standard"), max_length=100, blank=True)
    standard_version: Whole = models.BigIntegerField(_("version of the standard"), null=True, blank=True)
    snapshot: Text = models.CharField(_("snapshot of the data"), max_length=100, blank=True)
    opened_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("opened by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("opened"), default=timezone.now, db_index=True
    )
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("changed"), default=timezone.now)
    due_at: Moment = models.DateTimeField(_("due"), null=True, blank=True, db_index=True)
    closed_at: Moment = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["indicator", "group_key"],
                condition=~models.Q(indicator="") & ~models.Q(state="closed"),
                name="problem_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_closed(self) -> bool:
        """Whether it has come to its end."""
        return self.state == State.CLOSED


class Mention(Source):
    """A problem was found once more, while it was open."""

    problem: models.ForeignKey[Any, Any] = models.ForeignKey(
        Problem, verbose_name=_("problem"), on_delete=models.CASCADE, related_name="mentions"
    )
    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)
    period: models.DateField[date | None, date | None] = models.DateField(_("period"), null=True, blank=True)
    value: Measure = models.FloatField(_("value"), null=True, blank=True)

    class Meta:
        verbose_name = _("found again")
        verbose_name_plural = _("found again")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.problem} · {self.at:%Y-%m-%d}"
