"""Where records come from by themselves: settings, schedule, what was fetched, and when it was last heard of."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.collection.models.imports import ImportRun, SavedMapping
from qualityloop.foundation.wording import shown

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Moment, Text


class DataSource(models.Model):
    """A source that is asked by the clock. `kind` names the way (collection/sources), `options` are its settings."""

    runs: Any  # related managers
    seen: Any
    mails: Any
    mapping_id: int | None

    name: Text = models.CharField(_("name"), max_length=100, unique=True)
    kind: Text = models.CharField(_("kind"), max_length=40)
    options: models.JSONField[Any, Any] = models.JSONField(_("settings"), default=dict, blank=True)
    mapping: models.ForeignKey[Any, Any] = models.ForeignKey(
        SavedMapping, verbose_name=_("mapping"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cron: Text = models.CharField(_("schedule (cron)"), max_length=100, blank=True)
    active: models.BooleanField[bool, bool] = models.BooleanField(_("active"), default=True)
    quiet_hours: models.FloatField[float | None, float | None] = models.FloatField(
        _("alert after so many hours without news"), null=True, blank=True
    )
    next_at: Moment = models.DateTimeField(_("next run"), null=True, blank=True)
    last_at: Moment = models.DateTimeField(_("last run"), null=True, blank=True)
    last_news_at: Moment = models.DateTimeField(_("last news"), null=True, blank=True)
    alerted_at: Moment = models.DateTimeField(_("alert sent"), null=True, blank=True)
    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("data source")
        verbose_name_plural = _("data sources")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class SourceRun(models.Model):
    """One time a source was asked."""

    source_id: int
    run_id: int | None

    source: models.ForeignKey[Any, Any] = models.ForeignKey(
        DataSource, verbose_name=_("data source"), on_delete=models.CASCADE, related_name="runs"
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)
    ended_at: Moment = models.DateTimeField(_("ended"), null=True, blank=True)
    found: models.IntegerField[int, int] = models.IntegerField(_("new files"), default=0)
    known: models.IntegerField[int, int] = models.IntegerField(_("known files"), default=0)
    error_json: models.TextField[str, str] = models.TextField(_("error"), blank=True)
    run: models.ForeignKey[Any, Any] = models.ForeignKey(
        ImportRun, verbose_name=_("import"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("run of a source")
        verbose_name_plural = _("runs of a source")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["source", "-at"], name="source_run_by_time")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.at:%Y-%m-%d %H:%M}"

    @property
    def error(self) -> str:
        """What went wrong, in words."""
        return shown(self.error_json)


class SeenFile(models.Model):
    """A file that a source has brought before, known by its content; `problem_json` where it could not be taken."""

    source: models.ForeignKey[Any, Any] = models.ForeignKey(
        DataSource, verbose_name=_("data source"), on_delete=models.CASCADE, related_name="seen"
    )
    sha256: Text = models.CharField(_("SHA-256"), max_length=64)
    name: Text = models.CharField(_("file name"), max_length=255)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)
    problem_json: models.TextField[str, str] = models.TextField(_("problem"), blank=True)
    run: models.ForeignKey[Any, Any] = models.ForeignKey(
        ImportRun, verbose_name=_("import"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("file seen")
        verbose_name_plural = _("files seen")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "sha256"], name="seen_file_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def problem(self) -> str:
        """Why it could not be taken, in words."""
        return shown(self.problem_json)
