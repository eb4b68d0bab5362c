"""The list 经验库."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.listing import Choice, Column, Days, Listing, Words
from qualityloop.foundation.models import User
from qualityloop.improvement.lessons.models import Lesson
from qualityloop.improvement.lessons.permissions import LESSONS as RIGHT


def lessons_for(user: object) -> QuerySet[Lesson]:
    """Lessons are for everybody on the staff, whatever department they come from."""
    return Lesson.objects.all() if isinstance(user, User) and RIGHT.allows(user) else Lesson.objects.none()


LESSONS = Listing(
    key="improvement.lessons",
    of=Lesson,
    api="lessons",
    title=_("Lessons"),
    note=_("What was learned from problems that are closed"),
    right=RIGHT,
    query=lessons_for,
    order="-created_at",
    columns=(
        Column("title", link=True),
        Column("verdict"),
        Column("tags"),
        Column("useful"),
        Column("problem", path="problem__number", label=_("problem")),
        Column("created_at"),
        Column("what", shown=False),
        Column("cause", shown=False),
        Column("worked", shown=False),
        Column("failed", shown=False),
        Column("elsewhere", shown=False),
        Column("changed_at", shown=False),
    ),
    filters=(
        Words("title", "what", "cause", "worked", "failed", "elsewhere", "tags"),
        Choice("verdict"),
        Days("written", path="created_at", label=_("written")),
    ),
    empty=_("No lessons yet. One is written when a problem is closed."),
    record=lambda one: reverse("improvement_lessons:lesson", args=[one.pk]),
)
