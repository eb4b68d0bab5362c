"""Writing a lesson when a problem is closed, changing it, sharing it, finding it useful."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qualityloop.analysis.messages import message
from qualityloop.foundation.audit.actions import action
from qualityloop.foundation.audit.recording import differing, record, values_of
from qualityloop.foundation.models import User
from qualityloop.foundation.notices import notice_kind, notify
from qualityloop.improvement.causes.queries import root_causes
from qualityloop.improvement.effects.models import Verdict
from qualityloop.improvement.effects.queries import newest_of_problem
from qualityloop.improvement.lessons.models import Lesson
from qualityloop.improvement.problems.models import Problem, State
from qualityloop.improvement.problems.signals import moved
from qualityloop.people.models import Department

WRITTEN = action("lesson.written", gettext_lazy("Lesson written"))
CHANGED = action("lesson.changed", gettext_lazy("Lesson changed"))
SHARED = action("lesson.shared", gettext_lazy("Lesson shared"))
LESSON_SHARED = notice_kind("lesson.shared", gettext_lazy("Good practice shared"))
FIELDS = ("title", "what", "cause", "worked", "failed", "elsewhere", "tags")


def lesson_write(*, actor: Any, problem: Problem) -> Lesson:
    """The lesson of a closed problem, begun with what is known; one that is there keeps what people wrote."""
    with transaction.atomic():
        lesson, new = Lesson.objects.get_or_create(
            problem=problem, defaults={"author": actor if isinstance(actor, User) else None, **_known(problem)}
        )
        if lesson.verdict != problem.verdict:
            lesson.verdict = problem.verdict
            lesson.save(update_fields=["verdict"])
        if new:
            record(actor=actor, action=WRITTEN, record=lesson, before=None, after=values_of(lesson, *FIELDS))
    return lesson


def _known(problem: Problem) -> dict[str, Any]:
    """What the application knows about how it went."""
    roots = root_causes(problem)
    found = newest_of_problem(problem)
    lines = {one.pk: f"{one.measure.title}：{one.result['sentence']['zh']}" for one in found}
    worked = [lines[one.pk] for one in found if one.verdict == Verdict.EFFECTIVE]
    failed = [lines[one.pk] for one in found if one.verdict == Verdict.NOT_EFFECTIVE]
    tags = dict.fromkeys([*(str(root.tag) for root in roots if root.tag), problem.get_grade_display()])  # type: ignore[attr-defined]
    return {
        "title": problem.title, "verdict": problem.verdict, "what": problem.what[:4000] or problem.title,
        "cause": "\n".join(root.text for root in roots)[:4000], "worked": "\n".join(worked)[:4000],
        "failed": "\n".join([*failed, *([problem.closed_reason] if problem.closed_reason else [])])[:4000],
        "elsewhere": problem.what_next[:4000], "tags": " ".join(tags)[:300],
    }  # fmt: skip


def lesson_change(*, actor: User, lesson: Lesson, address: str = "", **values: str) -> Lesson:
    """Change what a lesson says."""
    if unknown := set(values) - set(FIELDS):
        raise ValueError(f"not a column that is written: {', '.join(sorted(unknown))}")
    with transaction.atomic():
        kept = Lesson.objects.select_for_update().get(pk=lesson.pk)
        before = values_of(kept, *FIELDS)
        for name, value in values.items():
            setattr(kept, name, value)
        was, now = differing(before, values_of(kept, *FIELDS))
        if now:
            kept.changed_at = timezone.now()
            kept.save()
            record(actor=actor, action=CHANGED, record=kept, before=was, after=now, address=address)
    return kept


def lesson_useful(*, actor: User, lesson: Lesson) -> Lesson:
    """Mark a lesson as useful, or take the mark back; each person counts once."""
    with transaction.atomic():
        kept = Lesson.objects.select_for_update().get(pk=lesson.pk)
        if kept.useful_to.filter(pk=actor.pk).exists():
            kept.useful_to.remove(actor)
        else:
            kept.useful_to.add(actor)
        kept.useful = kept.useful_to.count()
        kept.save(update_fields=["useful"])
    return kept


def lesson_share(*, actor: User, lesson: Lesson, departments: list[Department], address: str = "") -> int:
    """Tell the people of departments about a lesson, each once; how many are told."""
    if not departments:
        raise ValidationError({"departments": _("Choose at least one department.")})
    people = list(
        User.objects.filter(is_active=True, staff__department__in=departments).exclude(pk=actor.pk).distinct()
    )
    with transaction.atomic():
        told = notify(
            to=people, kind=LESSON_SHARED, subject=message("Good practice: {title}", title=lesson.title),
            text=lesson.worked[:1000], url=page_of(lesson), once=f"lesson-{lesson.pk}",
        )  # fmt: skip
        names = sorted(one.name for one in departments)
        record(actor=actor, action=SHARED, record=lesson, before=None, after={"to": names}, address=address)
    return len(told)


def page_of(lesson: Lesson) -> str:
    """The address of a lesson."""
    return reverse("improvement_lessons:lesson", args=[lesson.pk])


def _closed(sender: object, *, problem: Problem, after: str, actor: Any, **more: object) -> None:
    if after == State.CLOSED:
        lesson_write(actor=actor, problem=problem)


def connect() -> None:
    """Hear of problems that are closed."""
    moved.connect(_closed, dispatch_uid="improvement_lessons.closed")
