"""What the rules caught, how the rules are set, and how far the last run came."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Moment, Text


class RuleKey(models.TextChoices):
    """The rules, in the order in which they are asked."""

    TIMES = "times", _("Impossible time")
    TRIAL = "trial", _("Test record")
    EXACT = "exact", _("Duplicate")
    NEAR = "near", _("Near duplicate")


class FindingState(models.TextChoices):
    """Whether the record counts."""

    ASIDE = "aside", _("set aside")
    TAKEN_BACK = "taken_back", _("taken back")


class Finding(models.Model):
    """A record that a rule caught, and of which record it is a copy. One that was taken back is not caught again."""

    dataset: Text = models.CharField(_("kind of record"), max_length=64)
    record_id: models.BigIntegerField[int, int] = models.BigIntegerField(_("record"))
    number: Text = models.CharField(_("number"), max_length=200)
    rule: Text = models.CharField(_("rule"), max_length=20, choices=RuleKey.choices)
    other_id: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(_("other record"), null=True)
    other_number: Text = models.CharField(_("copy of"), max_length=200, blank=True)
    evidence: models.JSONField[Any, Any] = models.JSONField(_("evidence"), default=dict)
    state: Text = models.CharField(
        _("state"), max_length=12, choices=FindingState.choices, default=FindingState.ASIDE, db_index=True
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("caught"), default=timezone.now, db_index=True
    )
    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("judged by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    judged_at: Moment = models.DateTimeField(_("judged"), null=True, blank=True)
    reason: Text = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("finding of data cleaning")
        verbose_name_plural = _("findings of data cleaning")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dataset", "record_id", "rule"], name="finding_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["dataset", "other_id"], name="finding_by_other")]

    def __str__(self) -> str:
        return f"{self.number} {self.get_rule_display()}"  # type: ignore[attr-defined]

    @property
    def is_aside(self) -> bool:
        """Whether the record does not count."""
        return self.state == FindingState.ASIDE


class RuleSetting(models.Model):
    """How a rule is set; one that was never touched is as its file says."""

    key: Text = models.CharField(_("rule"), max_length=20, choices=RuleKey.choices, unique=True)
    active: models.BooleanField[bool, bool] = models.BooleanField(_("in use"), default=True)
    options: models.JSONField[Any, Any] = models.JSONField(_("settings"), default=dict)

    class Meta:
        verbose_name = _("cleaning rule")
        verbose_name_plural = _("cleaning rules")

    def __str__(self) -> str:
        return str(self.get_key_display())  # type: ignore[attr-defined]


class CleaningState(models.Model):
    """The one row that says how far the last run came. Without `mark`, or under other rules, all is looked at anew."""

    ONLY: ClassVar[int] = 1

    mark: Moment = models.DateTimeField(_("looked at what changed until"), null=True)
    asked_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("asked for"), default=timezone.now)
    ended_at: Moment = models.DateTimeField(_("last run"), null=True)
    digest: Text = models.CharField(max_length=64, blank=True)
    seen: models.BigIntegerField[int, int] = models.BigIntegerField(_("records looked at"), default=0)

    class Meta:
        verbose_name = _("state of data cleaning")
        verbose_name_plural = _("state of data cleaning")

    def __str__(self) -> str:
        return str(self.ended_at or "–")
