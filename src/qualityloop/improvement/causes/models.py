"""Fishbones and chains of whys, who changed what in them, votes, locked causes, and the taxonomy of causes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Moment, Text

PROBLEM = "improvement_problems.Problem"


class Tree(models.TextChoices):
    """Two ways to look for a cause."""

    FISHBONE = "fishbone", _("Fishbone")
    WHYS = "whys", _("5 whys")


class Category(models.Model):
    """A direction in which causes are looked for (人机料法环); the set with which new fishbones begin."""

    tags: Any  # manager of what points here
    name: Text = models.CharField(pgettext_lazy("cause", "category"), max_length=50, unique=True)
    sort: models.IntegerField[int, int] = models.IntegerField(_("order"), default=0)
    active: models.BooleanField[bool, bool] = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("category of causes")
        verbose_name_plural = _("categories of causes")
        ordering: ClassVar[list[str]] = ["sort", "pk"]

    def __str__(self) -> str:
        return self.name


class CauseTag(models.Model):
    """What kind of cause it is, so that one can count which recur."""

    category_id: int
    category: models.ForeignKey[Any, Any] = models.ForeignKey(
        Category, verbose_name=pgettext_lazy("cause", "category"), on_delete=models.PROTECT, related_name="tags"
    )
    name: Text = models.CharField(_("kind of cause"), max_length=50)
    active: models.BooleanField[bool, bool] = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("kind of cause")
        verbose_name_plural = _("kinds of causes")
        ordering: ClassVar[list[str]] = ["category__sort", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["category", "name"], name="cause_tag_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Node(models.Model):
    """A bone of the fishbone or an answer of the whys. `version` counts its changes; removed ones stay for undoing."""

    problem_id: int
    parent_id: int | None
    tag_id: int | None
    votes: Any  # manager of what points here
    problem: models.ForeignKey[Any, Any] = models.ForeignKey(
        PROBLEM, verbose_name=_("problem"), on_delete=models.CASCADE, related_name="cause_nodes"
    )
    tree: Text = models.CharField(_("tree"), max_length=10, choices=Tree.choices)
    parent: models.ForeignKey[Any, Any] = models.ForeignKey(
        "self", verbose_name=_("hangs on"), null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    place: models.FloatField[float, float] = models.FloatField(_("place among its siblings"), default=0.0)
    text: Text = models.CharField(_("cause"), max_length=300)
    known_by: models.TextField[str, str] = models.TextField(_("how do we know"), blank=True, max_length=2000)
    tag: models.ForeignKey[Any, Any] = models.ForeignKey(
        CauseTag, verbose_name=_("kind of cause"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    origin: models.ForeignKey[Any, Any] = models.ForeignKey(
        "self", verbose_name=_("asked about the bone"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    version: models.IntegerField[int, int] = models.IntegerField(_("version"), default=1)
    removed: models.BooleanField[bool, bool] = models.BooleanField(_("removed"), default=False)
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("added"), default=timezone.now)

    class Meta:
        verbose_name = _("cause in a tree")
        verbose_name_plural = _("causes in trees")
        ordering: ClassVar[list[str]] = ["place", "pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["problem", "tree"], name="cause_node_by_tree"),
        ]

    def __str__(self) -> str:
        return self.text


class Aspect(models.TextChoices):
    """What of a node a change touched: two changes of different aspects do not get into each other's way."""

    ADDED = "added", pgettext_lazy("cause", "added")
    TEXT = "text", pgettext_lazy("cause", "text")
    KNOWN_BY = "known_by", _("how do we know")
    TAG = "tag", _("kind of cause")
    PLACE = "place", pgettext_lazy("cause", "place")
    REMOVED = "removed", pgettext_lazy("cause", "removed")


class Edit(models.Model):
    """One change of one node; its key is the revision of the tree. `version` is the node's after it."""

    problem_id: int
    node_id: int
    problem: models.ForeignKey[Any, Any] = models.ForeignKey(
        PROBLEM, verbose_name=_("problem"), on_delete=models.CASCADE, related_name="+"
    )
    tree: Text = models.CharField(_("tree"), max_length=10, choices=Tree.choices)
    node: models.ForeignKey[Any, Any] = models.ForeignKey(
        Node, verbose_name=_("cause"), on_delete=models.CASCADE, related_name="+"
    )
    aspect: Text = models.CharField(_("what was changed"), max_length=10, choices=Aspect.choices)
    before: models.JSONField[Any, Any] = models.JSONField(_("before"), null=True)
    after: models.JSONField[Any, Any] = models.JSONField(_("after"), null=True)
    version: models.IntegerField[int, int] = models.IntegerField(_("version"))
    actor: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"), default=timezone.now)
    undone: models.BooleanField[bool, bool] = models.BooleanField(_("taken back"), default=False)

    class Meta:
        verbose_name = _("change of a tree")
        verbose_name_plural = _("changes of trees")
        ordering: ClassVar[list[str]] = ["pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["problem", "tree"], name="cause_edit_by_tree")]

    def __str__(self) -> str:
        return f"{self.node} {self.aspect}"


class Vote(models.Model):
    """Somebody holds this bone for a cause."""

    node: models.ForeignKey[Any, Any] = models.ForeignKey(
        Node, verbose_name=_("cause"), on_delete=models.CASCADE, related_name="votes"
    )
    person: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["node", "person"], name="cause_vote_once"),
        ]

    def __str__(self) -> str:
        return f"{self.node} · {self.person}"


class RootCause(models.Model):
    """A cause that was locked as the root, with its reason; its text and kind as they were then. Unlocked ones stay."""

    problem_id: int
    node_id: int
    tag_id: int | None
    problem: models.ForeignKey[Any, Any] = models.ForeignKey(
        PROBLEM, verbose_name=_("problem"), on_delete=models.PROTECT, related_name="root_causes"
    )
    node: models.ForeignKey[Any, Any] = models.ForeignKey(
        Node, verbose_name=_("cause"), on_delete=models.PROTECT, related_name="+"
    )
    text: Text = models.CharField(_("root cause"), max_length=300)
    reason: models.TextField[str, str] = models.TextField(_("why this one"), max_length=2000)
    tag: models.ForeignKey[Any, Any] = models.ForeignKey(
        CauseTag, verbose_name=_("kind of cause"), on_delete=models.PROTECT, related_name="+"
    )
    locked_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("locked by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    locked_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("locked"), default=timezone.now)
    unlocked_by: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("unlocked by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    unlocked_at: Moment = models.DateTimeField(_("unlocked"), null=True, blank=True)
    unlock_reason: models.TextField[str, str] = models.TextField(_("why no longer"), blank=True, max_length=2000)

    class Meta:
        verbose_name = _("root cause")
        verbose_name_plural = _("root causes")
        ordering: ClassVar[list[str]] = ["locked_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["node"], condition=models.Q(unlocked_at__isnull=True), name="root_cause_locked_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Direction(models.Model):
    """In which direction a problem is to be improved, once its causes are known."""

    problem: models.OneToOneField[Any, Any] = models.OneToOneField(
        PROBLEM, verbose_name=_("problem"), on_delete=models.CASCADE, related_name="direction"
    )
    text: models.TextField[str, str] = models.TextField(_("direction of the improvement"), blank=True, max_length=5000)
    version: models.IntegerField[int, int] = models.IntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("direction of the improvement")
        verbose_name_plural = _("directions of improvements")

    def __str__(self) -> str:
        return self.text[:80]
