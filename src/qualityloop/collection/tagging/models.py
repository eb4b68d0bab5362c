"""Tags, the rules that give them, which record has which, and what a person said no to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.datasets import DATASETS

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Text


class Tag(models.Model):
    """A key problem that a record may be about."""

    name: Text = models.CharField(_("name"), max_length=50, unique=True)
    description: models.TextField[str, str] = models.TextField(_("when it is given"), blank=True, max_length=1000)
    active: models.BooleanField[bool, bool] = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class TagRule(models.Model):
    """Records of `dataset` that meet a condition of the indicator language get the tag."""

    tag_id: int

    tag: models.ForeignKey[Any, Any] = models.ForeignKey(
        Tag, verbose_name=_("tag"), on_delete=models.PROTECT, related_name="rules"
    )
    dataset: Text = models.CharField(_("kind of record"), max_length=64)
    condition: models.TextField[str, str] = models.TextField(_("condition"), max_length=2000)
    active: models.BooleanField[bool, bool] = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("tag rule")
        verbose_name_plural = _("tag rules")
        ordering: ClassVar[list[str]] = ["tag__name", "dataset", "pk"]

    def __str__(self) -> str:
        return self.condition[:80]


class OfRecord(models.Model):
    """Belongs to the record `record_id` of the room's table for `dataset`, known to people by its `number`."""

    tag_id: int

    dataset: Text = models.CharField(_("kind of record"), max_length=64)
    record_id: models.BigIntegerField[int, int] = models.BigIntegerField(_("record"))
    tag: models.ForeignKey[Any, Any] = models.ForeignKey(
        Tag, verbose_name=_("tag"), on_delete=models.CASCADE, related_name="+"
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        abstract = True

    @property
    def dataset_name(self) -> str:
        """The kind of record in words."""
        from qualityloop.collection.tagging.words import dataset_name

        return dataset_name(self.dataset) if self.dataset in DATASETS else self.dataset


class Origin(models.TextChoices):
    """How a record came by a tag."""

    RULE = "rule", _("by rule")
    HAND = "hand", _("by hand")
    ACCEPTED = "accepted", _("suggested, accepted")


class Tagging(OfRecord):
    """A record has a tag; `month` is the local month of the record."""

    number: Text = models.CharField(_("record number"), max_length=200)
    month: Text = models.CharField(_("month"), max_length=7)
    origin: Text = models.CharField(_("origin"), max_length=10, choices=Origin.choices)
    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    rule: models.ForeignKey[Any, Any] = models.ForeignKey(
        TagRule, verbose_name=_("tag rule"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("tagged record")
        verbose_name_plural = _("tagged records")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dataset", "record_id", "tag"], name="tagging_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["dataset", "month", "origin"], name="tagging_by_month"),
            models.Index(fields=["tag", "month"], name="tagging_by_tag"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} · {self.number}"


class TagRefusal(OfRecord):
    """A person said that a record does not have a tag: no rule and no suggestion brings it back."""

    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("refused tag")
        verbose_name_plural = _("refused tags")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dataset", "record_id", "tag"], name="tag_refusal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} · {self.dataset} {self.record_id}"


class Learning(models.Model):
    """One time that suggestions were learned: from what, and how well; the weights are a folder named `version`."""

    version: Text = models.CharField(_("version"), max_length=40, unique=True)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)
    target: models.FloatField[float, float] = models.FloatField(_("precision aimed at"))
    texts: models.IntegerField[int, int] = models.IntegerField(_("texts"))
    measured: models.JSONField[Any, Any] = models.JSONField(_("measured"), default=dict)  # tag id → Measured

    read_until: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("records read until"), null=True
    )

    class Meta:
        verbose_name = _("learning of suggestions")
        verbose_name_plural = _("learnings of suggestions")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return self.version


class Suggestion(OfRecord):
    """A tag that the model holds for likely; it waits for a person and means nothing until then."""

    number: Text = models.CharField(_("record number"), max_length=200)
    score: models.FloatField[float, float] = models.FloatField(_("score"))
    learning: models.ForeignKey[Any, Any] = models.ForeignKey(
        Learning, verbose_name=_("learned"), on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        verbose_name = _("suggested tag")
        verbose_name_plural = _("suggested tags")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dataset", "record_id", "tag"], name="suggestion_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tag} · {self.number}"


class Applied(models.Model):
    """Which state of a month of the lake the rules have seen: `signature` is of its rows and of the rules."""

    dataset: Text = models.CharField(_("kind of record"), max_length=64)
    month: Text = models.CharField(_("month"), max_length=7)
    signature: Text = models.CharField(_("signature"), max_length=64)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dataset", "month"], name="tags_applied_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.month}"
