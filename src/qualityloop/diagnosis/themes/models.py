"""Groupings of texts, their themes, and what machine and people say of each text."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Measure, Moment, Text, Whole


class Dataset(models.TextChoices):
    """Where texts come from."""

    COMPLAINTS = "complaints", _("complaints")
    SURVEY_RESPONSES = "survey_responses", _("comments of surveys")
    REVIEWS = "reviews", _("reviews")
    TICKETS = "tickets", _("tickets")


class RunState(models.TextChoices):
    """How far a grouping is."""

    WAITING = "waiting", _("being grouped")
    GROUPED = "grouped", _("grouped")
    EMPTY = "empty", _("too few texts")


class ThemeState(models.TextChoices):
    """What people say of a theme."""

    PROPOSED = "proposed", _("proposed")
    CONFIRMED = "confirmed", pgettext_lazy("theme", "confirmed")
    DISMISSED = "dismissed", _("dismissed")
    MERGED = "merged", _("merged")


class ThemeRun(models.Model):
    """The texts of one kind and period, grouped once; `k` fixes how many groups, else a criterion chooses."""

    made_by_id: int | None
    themes: Any
    texts: Any

    number: Text = models.CharField(_("number"), max_length=30, unique=True)
    dataset: Text = models.CharField(_("texts of"), max_length=30, choices=Dataset.choices)
    first_day: models.DateField[date, date] = models.DateField(_("from"))
    last_day: models.DateField[date, date] = models.DateField(_("until"))
    k: Whole = models.IntegerField(_("number of groups"), null=True, blank=True)
    seed: models.IntegerField[int, int] = models.IntegerField(_("seed"), default=1)
    state: Text = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.WAITING)
    count: models.IntegerField[int, int] = models.IntegerField(_("texts"), default=0)
    others: models.IntegerField[int, int] = models.IntegerField(_("left over"), default=0)
    stability: Measure = models.FloatField(_("stability"), null=True, blank=True)
    tried: models.JSONField[Any, Any] = models.JSONField(_("numbers of groups tried"), default=list)
    missing: models.JSONField[Any, Any] = models.JSONField(_("known themes not found here"), default=list)
    made_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("made"), default=timezone.now, db_index=True
    )
    counted_at: Moment = models.DateTimeField(_("counted"), null=True, blank=True)

    class Meta:
        verbose_name = _("grouping")
        verbose_name_plural = _("groupings")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("diagnosis_themes:run", args=[self.pk])


class Theme(models.Model):
    """A group of texts with a name; a confirmed one is part of the taxonomy that the classifier counts."""

    run_id: int
    carried_id: int | None

    run: models.ForeignKey[Any, Any] = models.ForeignKey(
        ThemeRun, verbose_name=_("grouping"), on_delete=models.CASCADE, related_name="themes"
    )
    name: Text = models.CharField(_("name"), max_length=100)
    words: models.JSONField[Any, Any] = models.JSONField(_("telling words"), default=list)
    examples: models.JSONField[Any, Any] = models.JSONField(_("typical texts"), default=list)
    size: models.IntegerField[int, int] = models.IntegerField(_("texts in the group"), default=0)
    overlap: models.FloatField[float, float] = models.FloatField(_("overlap"), default=0.0)
    nearest: Text = models.CharField(_("overlaps with"), max_length=100, blank=True)
    state: Text = models.CharField(
        _("state"), max_length=10, choices=ThemeState.choices, default=ThemeState.PROPOSED, db_index=True
    )
    into: models.ForeignKey[Any, Any] = models.ForeignKey(
        "self", verbose_name=_("merged into"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    carried: models.ForeignKey[Any, Any] = models.ForeignKey(
        "self", verbose_name=_("carried over from"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    same: models.IntegerField[int, int] = models.IntegerField(_("texts that stood in it before"), default=0)

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering: ClassVar[list[str]] = ["-size", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("diagnosis_themes:theme", args=[self.pk])


class ThemeText(models.Model):
    """A text of a grouping: its group, what the classifier counts it for, and what a person said of it.

    `draw` is its place in the random order in which people label; `said_at` is set once somebody has labelled it,
    `said` empty where it belongs to none of the confirmed themes.
    """

    run_id: int
    theme_id: int | None
    counted_id: int | None
    said_id: int | None

    run: models.ForeignKey[Any, Any] = models.ForeignKey(ThemeRun, on_delete=models.CASCADE, related_name="texts")
    record_id: models.BigIntegerField[int, int] = models.BigIntegerField(_("record"))
    theme: models.ForeignKey[Any, Any] = models.ForeignKey(
        Theme, null=True, on_delete=models.SET_NULL, related_name="grouped", verbose_name=_("group")
    )
    closeness: models.FloatField[float, float] = models.FloatField(_("closeness"), default=0.0)
    counted: models.ForeignKey[Any, Any] = models.ForeignKey(
        Theme, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("counted for")
    )
    draw: Whole = models.IntegerField(_("place in the sample"), null=True, blank=True)
    said: models.ForeignKey[Any, Any] = models.ForeignKey(
        Theme, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("labelled")
    )
    said_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("labelled by")
    )
    said_at: Moment = models.DateTimeField(_("labelled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("text of a grouping")
        verbose_name_plural = _("texts of groupings")
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["run", "record_id"], name="theme_text_once"),
            models.UniqueConstraint(fields=["run", "draw"], name="theme_draw_once"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.record_id}"


class StudyOrigin(models.TextChoices):
    """Where the replies of a study are from."""

    STORED = "stored", _("stored survey answers")
    FILE = "file", _("an uploaded table")


class StudyState(models.TextChoices):
    """How far a study is."""

    WAITING = "waiting", _("being computed")
    READY = "ready", _("computed")
    REFUSED = "refused", _("not possible")


class Importance(models.TextChoices):
    """How importance is found."""

    STATED = "stated", _("as customers stated it")
    CORRELATION = "correlation", _("derived: correlation with overall satisfaction")
    REGRESSION = "regression", _("derived: weight in a regression of overall satisfaction")


class Overall(models.TextChoices):
    """From which answer importance is derived."""

    CSAT = "csat", _("satisfaction (1–5)")
    NPS = "nps", _("likelihood to recommend (0–10)")


class ExpectationStudy(models.Model):
    """Expectation against perception, once: its definition, the snapshot it was computed from, and what came out."""

    made_by_id: int | None

    number: Text = models.CharField(pgettext_lazy("study", "number"), max_length=30, unique=True)
    name: Text = models.CharField(pgettext_lazy("study", "name"), max_length=100)
    origin: Text = models.CharField(_("replies from"), max_length=10, choices=StudyOrigin.choices)
    file: Text = models.CharField(_("file"), max_length=200, blank=True)
    first_day: models.DateField[date | None, date | None] = models.DateField(_("from"), null=True, blank=True)
    last_day: models.DateField[date | None, date | None] = models.DateField(_("until"), null=True, blank=True)
    touchpoint: Text = models.CharField(_("touchpoint"), max_length=100, blank=True)
    team: Text = models.CharField(_("team"), max_length=200, blank=True)
    product: Text = models.CharField(_("product"), max_length=200, blank=True)
    items: models.JSONField[Any, Any] = models.JSONField(_("items"), default=list)
    importance: Text = models.CharField(_("importance"), max_length=15, choices=Importance.choices)
    overall: Text = models.CharField(
        _("overall satisfaction"), max_length=10, choices=Overall.choices, default=Overall.CSAT
    )
    seed: models.IntegerField[int, int] = models.IntegerField(_("seed"), default=1)
    state: Text = models.CharField(_("state"), max_length=10, choices=StudyState.choices, default=StudyState.WAITING)
    reason_kept: models.TextField[str, str] = models.TextField(_("why not"), blank=True)
    snapshot: Text = models.CharField(_("snapshot"), max_length=64, blank=True)
    replies: models.IntegerField[int, int] = models.IntegerField(_("replies"), default=0)
    result: models.JSONField[Any, Any] = models.JSONField(_("result"), null=True, blank=True)
    made_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("made"), default=timezone.now, db_index=True
    )

    class Meta:
        verbose_name = _("study of expectation and perception")
        verbose_name_plural = _("studies of expectation and perception")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("diagnosis_themes:study", args=[self.pk])
