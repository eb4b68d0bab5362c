"""Tasks of a day or a week, and what people say about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qualityloop.improvement.plans.models.meetings import Meeting
from qualityloop.improvement.plans.models.plans import Measure
from qualityloop.improvement.problems.models import Problem

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Moment, Text


class TaskState(models.TextChoices):
    """The columns of the board."""

    TODO = "todo", pgettext_lazy("task", "to do")
    DOING = "doing", pgettext_lazy("task", "in progress")
    CHECK = "check", pgettext_lazy("task", "to be accepted")
    DONE = "done", pgettext_lazy("task", "done")


class Task(models.Model):
    """Something that one person does until a day; part of a measure, or decided in a meeting."""

    measure_id: int | None
    problem_id: int | None
    owner_id: int | None
    remarks: Any  # manager of what points here
    number: Text = models.CharField(_("task number"), max_length=30, unique=True)
    problem: models.ForeignKey[Any, Any] = models.ForeignKey(
        Problem, verbose_name=_("problem"), null=True, blank=True, on_delete=models.PROTECT, related_name="tasks"
    )
    measure: models.ForeignKey[Any, Any] = models.ForeignKey(
        Measure, verbose_name=_("measure"), null=True, blank=True, on_delete=models.PROTECT, related_name="tasks"
    )
    meeting: models.ForeignKey[Any, Any] = models.ForeignKey(
        Meeting, verbose_name=_("decided in"), null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    title: Text = models.CharField(_("task"), max_length=200)
    note: models.TextField[str, str] = models.TextField(_("note"), max_length=4000, blank=True)
    owner: models.ForeignKey[Any, Any] = models.ForeignKey(
        "people.Staff",
        verbose_name=pgettext_lazy("plan", "owner"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    starts_on: models.DateField[date | None, date | None] = models.DateField(_("begins on"), null=True, blank=True)
    due_on: models.DateField[date, date] = models.DateField(_("due on"), db_index=True)
    state: Text = models.CharField(
        pgettext_lazy("task", "state"), max_length=8, choices=TaskState.choices, default=TaskState.TODO, db_index=True
    )
    place: models.IntegerField[int, int] = models.IntegerField(_("place"), default=0)
    author: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("written"), default=timezone.now, db_index=True
    )
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("changed"), default=timezone.now, db_index=True
    )
    done_at: Moment = models.DateTimeField(_("done at"), null=True, blank=True)
    mirrors: models.JSONField[Any, Any] = models.JSONField(_("in other systems"), default=dict, blank=True)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering: ClassVar[list[str]] = ["state", "place", "due_on", "pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def sent(self) -> list[dict[str, str]]:
        """Where a message about it has arrived: `by` (transport), `to` (person), `at`, `key` (of the message)."""
        found = self.mirrors.get("sent", []) if isinstance(self.mirrors, dict) else []
        return list(found)

    def is_late(self, today: date) -> bool:
        """Whether its day is over and it is not done."""
        return self.state != TaskState.DONE and self.due_on < today


class AnswerLink(models.Model):
    """A link in a message about a task, for one person, by which they say once how it stands."""

    task: models.ForeignKey[Any, Any] = models.ForeignKey(
        Task, verbose_name=_("task"), on_delete=models.CASCADE, related_name="+"
    )
    user: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.CASCADE, related_name="+"
    )
    what: Text = models.CharField(max_length=4, choices=[("done", _("done")), ("hard", _("difficult"))])
    until: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("valid until"))
    used_at: Moment = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("link to answer a task")
        verbose_name_plural = _("links to answer tasks")

    def __str__(self) -> str:
        return f"{self.task} {self.what}"


class Remark(models.Model):
    """What somebody says about a task."""

    task: models.ForeignKey[Any, Any] = models.ForeignKey(
        Task, verbose_name=_("task"), on_delete=models.CASCADE, related_name="remarks"
    )
    author: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)
    text: models.TextField[str, str] = models.TextField(_("remark"), max_length=2000)

    class Meta:
        verbose_name = _("remark on a task")
        verbose_name_plural = _("remarks on a task")
        ordering: ClassVar[list[str]] = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]
