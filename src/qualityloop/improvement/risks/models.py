"""Quality plans of new service modes: goals, readiness, risks, versions that were approved."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qualityloop.improvement.risks.priority import Priority, priority, product

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Measure, Moment, Text, Whole

BETWEEN = (MinValueValidator(1), MaxValueValidator(10))


class State(models.TextChoices):
    """Where a quality plan stands."""

    DRAFT = "draft", pgettext_lazy("launch", "being written")
    APPROVED = "approved", pgettext_lazy("launch", "approved for launch")
    LAUNCHED = "launched", pgettext_lazy("launch", "launched")
    STOPPED = "stopped", pgettext_lazy("launch", "stopped")


class Side(models.TextChoices):
    """On which side of its line an indicator gives alarm."""

    ABOVE = "above", pgettext_lazy("trigger", "above")
    BELOW = "below", pgettext_lazy("trigger", "below")


class ItemKind(models.TextChoices):
    """What an entry of the plan is."""

    GOAL = "goal", _("Goal")
    READY = "ready", _("Readiness")


class LaunchPlan(models.Model):
    """The quality plan of a new service mode, such as remote diagnosis."""

    items: Any  # managers of what points here
    risks: Any
    editions: Any
    author_id: int | None
    number: Text = models.CharField(_("number of the quality plan"), max_length=30, unique=True)
    name: Text = models.CharField(_("service mode"), max_length=200)
    what: models.TextField[str, str] = models.TextField(_("what is new"), blank=True, max_length=10_000)
    launch_on: models.DateField[date, date] = models.DateField(_("day of launch"), db_index=True)
    owner: models.ForeignKey[Any, Any] = models.ForeignKey(
        "people.Staff", verbose_name=_("owner"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    department: models.ForeignKey[Any, Any] = models.ForeignKey(
        "people.Department", verbose_name=_("department"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    state: Text = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    version: models.IntegerField[int, int] = models.IntegerField(_("version"), default=1)
    author: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("written"), default=timezone.now)
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("changed"), default=timezone.now, db_index=True
    )

    class Meta:
        verbose_name = _("quality plan")
        verbose_name_plural = _("quality plans")
        ordering: ClassVar[list[str]] = ["-launch_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Item(models.Model):
    """A goal of the plan (an indicator with its line, or words), or something that must be ready before launch."""

    plan_id: int
    plan: models.ForeignKey[Any, Any] = models.ForeignKey(
        LaunchPlan, verbose_name=_("quality plan"), on_delete=models.CASCADE, related_name="items"
    )
    kind: Text = models.CharField(_("kind of entry"), max_length=10, choices=ItemKind.choices)
    place: models.IntegerField[int, int] = models.IntegerField(_("place"), default=0)
    text: Text = models.CharField(_("in words"), max_length=500)
    indicator: Text = models.CharField(_("indicator"), max_length=100, blank=True)
    side: Text = models.CharField(_("better"), max_length=10, choices=Side.choices, blank=True)
    target: Measure = models.FloatField(_("target"), null=True, blank=True)
    done_at: Moment = models.DateTimeField(_("ready since"), null=True, blank=True)
    done_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("confirmed by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("goal or readiness item")
        verbose_name_plural = _("goals and readiness items")
        ordering: ClassVar[list[str]] = ["kind", "place", "pk"]

    def __str__(self) -> str:
        return self.text


class Risk(models.Model):
    """What may go wrong, how grave, likely and hard to detect it is, and what is done beforehand."""

    plan_id: int
    owner_id: int | None
    plan: models.ForeignKey[Any, Any] = models.ForeignKey(
        LaunchPlan, verbose_name=_("quality plan"), on_delete=models.CASCADE, related_name="risks"
    )
    title: Text = models.CharField(_("risk"), max_length=200)
    cause: models.TextField[str, str] = models.TextField(pgettext_lazy("risk", "cause"), blank=True, max_length=2000)
    consequence: models.TextField[str, str] = models.TextField(_("consequence"), blank=True, max_length=2000)
    severity: models.SmallIntegerField[int, int] = models.SmallIntegerField(
        pgettext_lazy("risk", "severity (1–10)"), validators=BETWEEN
    )
    likelihood: models.SmallIntegerField[int, int] = models.SmallIntegerField(
        _("likelihood (1–10)"), validators=BETWEEN
    )
    detection: models.SmallIntegerField[int, int] = models.SmallIntegerField(
        _("hard to detect (1–10)"), validators=BETWEEN
    )
    precaution: models.TextField[str, str] = models.TextField(_("precaution"), blank=True, max_length=4000)
    owner: models.ForeignKey[Any, Any] = models.ForeignKey(
        "people.Staff", verbose_name=_("owner"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on: models.DateField[date | None, date | None] = models.DateField(_("due on"), null=True, blank=True)
    done_at: Moment = models.DateTimeField(_("precaution carried out"), null=True, blank=True)
    accepted_reason: Text = models.CharField(_("accepted because"), max_length=2000, blank=True)
    accepted_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("accepted by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    accepted_at: Moment = models.DateTimeField(_("accepted"), null=True, blank=True)
    severity_after: Whole = models.SmallIntegerField(
        _("severity afterwards"), null=True, blank=True, validators=BETWEEN
    )
    likelihood_after: Whole = models.SmallIntegerField(
        _("likelihood afterwards"), null=True, blank=True, validators=BETWEEN
    )
    detection_after: Whole = models.SmallIntegerField(
        _("hard to detect afterwards"), null=True, blank=True, validators=BETWEEN
    )
    indicator: Text = models.CharField(_("trigger indicator"), max_length=100, blank=True)
    group: models.JSONField[Any, Any] = models.JSONField(_("group"), default=list, blank=True)  # [[column, value], …]
    side: Text = models.CharField(_("warns when it is"), max_length=10, choices=Side.choices, blank=True)
    threshold: Measure = models.FloatField(_("threshold"), null=True, blank=True)

    class Meta:
        verbose_name = _("risk of a launch")
        verbose_name_plural = _("risks of a launch")
        ordering: ClassVar[list[str]] = ["pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def rpn(self) -> int:
        """Product of the ranks: puts risks in an order, no more."""
        return product(self.severity, self.likelihood, self.detection)

    @property
    def priority(self) -> Priority:
        """High, medium or low."""
        return priority(self.severity, self.likelihood, self.detection)

    @property
    def after(self) -> tuple[int, int, int] | None:
        """The ranks that are left after the precaution, where all three are given."""
        ranks = (self.severity_after, self.likelihood_after, self.detection_after)
        return None if None in ranks else ranks  # type: ignore[return-value]

    @property
    def priority_after(self) -> Priority | None:
        """The priority that is left."""
        return priority(*self.after) if self.after else None

    @property
    def rpn_after(self) -> int | None:
        """The product that is left."""
        return product(*self.after) if self.after else None

    @property
    def settled(self) -> bool:
        """Whether its precaution is carried out or the risk was accepted with a reason."""
        return bool((self.precaution.strip() and self.done_at) or self.accepted_reason)

    @property
    def watch_key(self) -> str:
        """Its key in the warning engine."""
        return f"risk.{self.pk}"


class Edition(models.Model):
    """What a version of the plan said when it was approved; it is never changed."""

    plan_id: int
    plan: models.ForeignKey[Any, Any] = models.ForeignKey(
        LaunchPlan, verbose_name=_("quality plan"), on_delete=models.PROTECT, related_name="editions"
    )
    version: models.IntegerField[int, int] = models.IntegerField(_("version"))
    content: models.JSONField[Any, Any] = models.JSONField(_("content"))
    fingerprint: Text = models.CharField(_("fingerprint"), max_length=64)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("approved"), default=timezone.now)
    by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("approved by"), null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("approved version of a quality plan")
        verbose_name_plural = _("approved versions of quality plans")
        ordering: ClassVar[list[str]] = ["-version"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plan", "version"], name="launch_edition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} v{self.version}"
