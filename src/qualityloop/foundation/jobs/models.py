"""The table of runs. It is the truth; the queue of django-q2 only says when to look at it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.jobs.registry import label_of
from qualityloop.foundation.wording import shown

if TYPE_CHECKING:
    Moment = models.DateTimeField[datetime | None, datetime | None]


class State(models.TextChoices):
    """Where a run is."""

    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


LIVE = (State.QUEUED.value, State.RUNNING.value)


class JobRun(models.Model):
    """One run of a job.

    A worker that takes it writes its own `token` and promises to come back before `lease_until`; it does so as long
    as it lives. A run whose lease is over belongs to nobody and is taken by the next worker.
    """

    key: models.CharField[str, str] = models.CharField(_("job"), max_length=80)
    arguments_json: models.TextField[str, str] = models.TextField(_("arguments"), default="{}")
    state: models.CharField[str, str] = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.QUEUED
    )
    done: models.BigIntegerField[int, int] = models.BigIntegerField(_("steps done"), default=0)
    total: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(_("of"), null=True, blank=True)
    text_json: models.TextField[str, str] = models.TextField(_("what it does"), blank=True)
    error_json: models.TextField[str, str] = models.TextField(_("error"), blank=True)
    traceback: models.TextField[str, str] = models.TextField(_("where in the code"), blank=True)
    attempts: models.IntegerField[int, int] = models.IntegerField(_("times started"), default=0)
    crashes: models.IntegerField[int, int] = models.IntegerField(_("times broken off"), default=0)
    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    queued_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("asked for"), default=timezone.now)
    due_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("due"), default=timezone.now)
    started_at: Moment = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at: Moment = models.DateTimeField(_("ended"), null=True, blank=True)
    once: models.CharField[str, str] = models.CharField(_("not twice"), max_length=200, blank=True)
    scheduled_for: Moment = models.DateTimeField(_("by the clock of"), null=True, blank=True)
    again_of: models.ForeignKey[Any, Any] = models.ForeignKey(
        "self", verbose_name=_("again"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    quiet: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    cancel_asked: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    queue_row: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)
    token: models.CharField[str, str] = models.CharField(max_length=32, blank=True)
    lease_until: Moment = models.DateTimeField(null=True)
    worker: models.CharField[str, str] = models.CharField(_("worker"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-queued_at"], name="job_by_time"),
            models.Index(fields=["key", "-queued_at"], name="job_by_key"),
            models.Index(fields=["due_at"], condition=models.Q(state__in=LIVE), name="job_live"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="job_state_known"),
            models.UniqueConstraint(
                fields=["once"], condition=models.Q(state__in=LIVE) & ~models.Q(once=""), name="job_live_once"
            ),
            models.UniqueConstraint(fields=["key", "scheduled_for"], name="job_scheduled_once"),
        ]

    def __str__(self) -> str:
        return f"{self.label} #{self.pk}"

    @property
    def label(self) -> str:
        """The job in words."""
        return label_of(self.key)

    @property
    def arguments(self) -> dict[str, Any]:
        """What the job is called with."""
        return json.loads(self.arguments_json)  # type: ignore[no-any-return]

    @property
    def text(self) -> str:
        """What the job was doing when it last said so."""
        return shown(self.text_json)

    @property
    def error(self) -> str:
        """Why it failed, in words."""
        return shown(self.error_json)

    @property
    def is_live(self) -> bool:
        """Whether it waits or runs."""
        return self.state in LIVE

    @property
    def share(self) -> float | None:
        """How much is done, 0..1; None where nobody knows."""
        if self.state == State.DONE:
            return 1.0
        return max(0.0, min(1.0, self.done / self.total)) if self.total else None

    @property
    def percent(self) -> int | None:
        """The share in whole percent, rounded down."""
        return None if self.share is None else int(self.share * 100)

    @property
    def tenth(self) -> int | None:
        """The share in steps of ten percent: what a screen reader says, which shall not say every change."""
        return None if self.percent is None else self.percent // 10 * 10

    @property
    def seconds(self) -> float | None:
        """How long it took, or takes until now; None where it has not begun."""
        if self.started_at is None:
            return None
        return ((self.ended_at or timezone.now()) - self.started_at).total_seconds()
