"""What was learned from a problem: what happened, why, what worked, what did not, where else it may apply."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.improvement.problems.models import Problem, Verdict

if TYPE_CHECKING:
    from qualityloop.foundation.records.columns import Text

    Long = models.TextField[str, str]


class Lesson(models.Model):
    """The lesson of one problem; everybody on the staff may read it."""

    problem_id: int
    problem: models.OneToOneField[Any, Any] = models.OneToOneField(
        Problem, verbose_name=_("problem"), on_delete=models.PROTECT, related_name="lesson"
    )
    title: Text = models.CharField(_("title"), max_length=200)
    verdict: Text = models.CharField(_("verdict"), max_length=20, choices=Verdict.choices, blank=True)
    what: Long = models.TextField(_("what happened"), max_length=4000, blank=True)
    cause: Long = models.TextField(_("cause"), max_length=4000, blank=True)
    worked: Long = models.TextField(_("what worked"), max_length=4000, blank=True)
    failed: Long = models.TextField(_("what did not work"), max_length=4000, blank=True)
    elsewhere: Long = models.TextField(_("where else it may apply"), max_length=4000, blank=True)
    tags: Text = models.CharField(_("tags"), max_length=300, blank=True)
    useful_to: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("useful to"), blank=True, related_name="+"
    )
    useful: models.IntegerField[int, int] = models.IntegerField(_("found useful"), default=0)
    author: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("written"), default=timezone.now, db_index=True
    )
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title
