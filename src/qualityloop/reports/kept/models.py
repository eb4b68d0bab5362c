"""Diagnosis reports with their files, and the comparisons that proved that they can be made again."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.wording import shown

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Text


class State(models.TextChoices):
    """How far a report is."""

    ASKED = "asked", _("being made")
    MADE = "made", _("ready")


class Grain(models.TextChoices):
    """How long the period of a report is."""

    WEEK = "week", _("week")
    MONTH = "month", _("month")
    QUARTER = "quarter", _("quarter")
    YEAR = "year", _("year")


class Language(models.TextChoices):
    """In which language a report is written."""

    ZH = "zh", "简体中文"
    EN = "en", "English"


class DiagnosisReport(models.Model):
    """One question (period, standard, snapshot, language) and its answer: asked again, it is the same report."""

    asked_by_id: int | None
    files: Any
    comparisons: Any

    number: Text = models.CharField(_("number"), max_length=30, unique=True)
    grain: Text = models.CharField(_("interval of time"), max_length=10, choices=Grain.choices)
    period: models.DateField[date, date] = models.DateField(_("period"), db_index=True)
    start: models.DateField[date, date] = models.DateField(_("first day of the trends"))
    end: models.DateField[date, date] = models.DateField(_("last day"))
    standard_key: Text = models.CharField(_("standard"), max_length=100)
    standard_version: Text = models.CharField(_("version of the standard"), max_length=100)
    standard_hash: Text = models.CharField(_("fingerprint of the standard"), max_length=32)
    standard_name_kept: models.TextField[str, str] = models.TextField(_("name of the standard"))
    snapshot: Text = models.CharField(_("snapshot"), max_length=64)
    language: Text = models.CharField(_("language"), max_length=5, choices=Language.choices)
    state: Text = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    scheduled: models.BooleanField[bool, bool] = models.BooleanField(_("made on schedule"), default=False)
    asked_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked for by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    asked_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("asked for"), default=timezone.now)
    made_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(_("made"), null=True)
    program: Text = models.CharField(_("version of the program"), max_length=30, blank=True)
    numbers_sha256: Text = models.CharField(_("SHA-256 of the numbers"), max_length=64, blank=True)
    said_kept: models.TextField[str, str] = models.TextField(_("the first problem"), blank=True)
    left_out_kept: models.TextField[str, str] = models.TextField(_("what could not be made"), blank=True)
    problems: models.SmallIntegerField[int | None, int | None] = models.SmallIntegerField(_("problems"), null=True)
    run: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(_("background job"), null=True)

    class Meta:
        verbose_name = _("diagnosis report")
        verbose_name_plural = _("diagnosis reports")
        ordering: ClassVar[list[str]] = ["-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["grain", "period", "standard_key", "standard_hash", "snapshot", "language"],
                name="report_of_a_question_once",
            )
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("reports_kept:report", args=[self.pk])

    def standard_name(self, language: str = "") -> str:
        """Name of the standard, for a reader of `language` (empty: of the page that is being made)."""
        return shown(self.standard_name_kept, language)


class ReportFile(models.Model):
    """A report in one form; `sha256` is noted here as well, so that nobody has to trust the store."""

    report: models.ForeignKey[Any, Any] = models.ForeignKey(
        DiagnosisReport, verbose_name=_("diagnosis report"), on_delete=models.CASCADE, related_name="files"
    )
    form: Text = models.CharField(_("form"), max_length=10)
    file: models.ForeignKey[Any, Any] = models.ForeignKey(
        StoredFile, verbose_name=_("file"), on_delete=models.PROTECT, related_name="+"
    )
    sha256: Text = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("file of a report")
        verbose_name_plural = _("files of reports")
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["report", "form"], name="report_form_once")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.form}"  # type: ignore[attr-defined]

    @property
    def url(self) -> str:
        """Where it is fetched."""
        return reverse("files:file", args=[self.file_id]) + "?download"  # type: ignore[attr-defined]


class Comparison(models.Model):
    """The numbers were computed again from the kept snapshot and compared, one by one."""

    report: models.ForeignKey[Any, Any] = models.ForeignKey(
        DiagnosisReport, verbose_name=_("diagnosis report"), on_delete=models.CASCADE, related_name="comparisons"
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)
    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    run: models.BigIntegerField[int, int] = models.BigIntegerField(_("background job"), unique=True)
    compared: models.IntegerField[int, int] = models.IntegerField(_("numbers compared"))
    different: models.IntegerField[int, int] = models.IntegerField(_("different numbers"))
    examples: models.JSONField[Any, Any] = models.JSONField(_("examples"), default=list)
    program: Text = models.CharField(_("version of the program"), max_length=30)

    class Meta:
        verbose_name = _("comparison of a report")
        verbose_name_plural = _("comparisons of reports")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.report_id} {self.at}"  # type: ignore[attr-defined]
