"""The base of every record that came from somewhere, the batches that brought them in, and what was deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class BatchState(models.TextChoices):
    """Whether a batch still stands."""

    KEPT = "kept", _("kept")
    UNDOING = "undoing", _("being undone")  # in this state alone may rows of the event log be deleted
    UNDONE = "undone", _("undone")


class Batch(models.Model):
    """Records that came in together: one import, one delivery of another system, one evening's mailbox.

    A record's `batch` is the one that created it; what later batches changed is kept as `Prior`.
    """

    label: models.CharField[str, str] = models.CharField(_("what came in"), max_length=200)
    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)
    state: models.CharField[str, str] = models.CharField(
        _("state"), max_length=10, choices=BatchState.choices, default=BatchState.KEPT
    )

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")

    def __str__(self) -> str:
        return self.label


class Record(models.Model):
    """Came from `source` under the key `external_id`, which a second delivery finds again.

    Whoever writes a record sets `changed_at`, in `update` and `bulk_create` too: the lake takes what changed since.
    """

    source: models.CharField[str, str] = models.CharField(_("source"), max_length=100, blank=True)
    external_id: models.CharField[str | None, str | None] = models.CharField(  # noqa: DJ001 (two without a key do not clash)
        _("key in the source"), max_length=200, null=True, blank=True
    )
    batch: models.ForeignKey[Any, Any] = models.ForeignKey(
        Batch, verbose_name=_("batch"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("recorded"), default=timezone.now)
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("changed"), default=timezone.now, db_index=True
    )

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "external_id"], name="%(class)s_source_key"),
        ]


class Prior(models.Model):
    """What a batch found in a record that it changed: the columns that differ, by name, as they were before."""

    batch: models.ForeignKey[Any, Any] = models.ForeignKey(
        Batch, verbose_name=_("batch"), on_delete=models.CASCADE, related_name="+"
    )
    model: models.CharField[str, str] = models.CharField(_("kind of record"), max_length=100)
    record_id: models.BigIntegerField[int, int] = models.BigIntegerField(_("record"))
    before: models.JSONField[Any, Any] = models.JSONField(_("before"))

    class Meta:
        verbose_name = _("prior value")
        verbose_name_plural = _("prior values")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["model", "record_id"], name="prior_by_record")]

    def __str__(self) -> str:
        return f"{self.model} {self.record_id}"


class Series(models.Model):
    """The last number that was given out under a prefix in a year."""

    prefix: models.CharField[str, str] = models.CharField(_("prefix"), max_length=10)
    year: models.IntegerField[int, int] = models.IntegerField(_("year"))
    last: models.BigIntegerField[int, int] = models.BigIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("series of numbers")
        verbose_name_plural = _("series of numbers")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["prefix", "year"], name="series_once"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.last:05d}"


class Deletion(models.Model):
    """A record that is gone; the lake drops it at its next refresh, unless it came again since.

    `key` is the row's key in the fact table (`lake.facts.key_text`).
    """

    dataset: models.CharField[str, str] = models.CharField(_("data set"), max_length=64)
    key: models.CharField[str, str] = models.CharField(_("key"), max_length=500)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("deletion")
        verbose_name_plural = _("deletions")

    def __str__(self) -> str:
        return f"{self.dataset} {self.key}"


class Aside(models.Model):
    """A record that does not count: it stays where it is, and its fact tables leave it out (`asides.counted`)."""

    model: models.CharField[str, str] = models.CharField(_("kind of record"), max_length=100)
    record_id: models.BigIntegerField[int, int] = models.BigIntegerField(_("record"))
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("record set aside")
        verbose_name_plural = _("records set aside")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["model", "record_id"], name="aside_once"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.record_id}"
