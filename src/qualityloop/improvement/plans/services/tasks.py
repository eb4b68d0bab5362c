"""Giving out tasks, changing and moving them, saying something about them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.recording import differing, record, values_of
from qualityloop.foundation.records.numbering import next_number
from qualityloop.foundation.webhooks import announce
from qualityloop.improvement.plans import actions, notices
from qualityloop.improvement.plans.models import Measure, MeasureState, Meeting, PlanState, Remark, Task, TaskState
from qualityloop.improvement.problems.models import Problem

PREFIX = "RW"
CHANGEABLE = frozenset({"title", "note", "owner", "starts_on", "due_on"})


def task_add(
    *,
    actor: Any,
    title: str,
    due_on: date,
    owner: Any = None,
    measure: Measure | None = None,
    problem: Problem | None = None,
    meeting: Meeting | None = None,
    note: str = "",
    starts_on: date | None = None,
    address: str = "",
) -> Task:
    """Give out a task: of a measure under way, of a problem, or of a meeting."""
    if not title.strip():
        raise ValidationError({"title": _("Say what is to be done.")})
    if starts_on is not None and due_on < starts_on:
        raise ValidationError({"due_on": _("It would be done before it begins.")})
    if measure is not None and measure.plan.state != PlanState.EXECUTING:
        raise ValidationError(_("Tasks are given out once the plan has started."))
    owner = owner or (measure.owner if measure else None)
    _refuse_nobody(owner)
    with transaction.atomic():
        task = Task(
            problem=measure.plan.problem if measure else problem, measure=measure, meeting=meeting,
            title=title.strip()[:200], note=note, owner=owner,
            starts_on=starts_on, due_on=due_on, author=actor if getattr(actor, "pk", None) else None,
        )  # fmt: skip
        task.number = next_number(Task, PREFIX)
        task.place = Task.objects.filter(state=TaskState.TODO).count()
        task.save(force_insert=True)
        record(actor=actor, action=actions.TASK_ADDED, record=task, before=None, after=_said(task), address=address)
        notices.task_given(task, by=actor)
        announce(notices.TASK_CREATED.key, notices.task_said(task))
    return task


def _refuse_nobody(owner: Any) -> None:
    if owner is None:
        raise ValidationError({"owner": _("Say who does it.")})


def task_change(*, actor: Any, task: Task, address: str = "", **values: Any) -> Task:
    """Change what a task says; nothing is written where nothing differs."""
    if unknown := set(values) - CHANGEABLE:
        raise ValueError(f"not changed by hand: {', '.join(sorted(unknown))}")
    with transaction.atomic():
        kept = _locked(task)
        before, owner = _said(kept), kept.owner_id
        for name, value in values.items():
            setattr(kept, name, value)
        if kept.starts_on is not None and kept.due_on < kept.starts_on:
            raise ValidationError({"due_on": _("It would be done before it begins.")})
        if owner is not None:
            _refuse_nobody(kept.owner)
        was, now = differing(before, _said(kept))
        if now:
            kept.changed_at = timezone.now()
            kept.save()
            record(actor=actor, action=actions.TASK_CHANGED, record=kept, before=was, after=now, address=address)
            if owner != kept.owner_id:
                notices.task_given(kept, by=actor)
            announce(notices.TASK_CHANGED.key, notices.task_said(kept))
    return kept


def task_move(*, actor: Any, task: Task, state: str, place: int | None = None, address: str = "") -> Task:
    """Move a task into a column, at a place from the top (the end where none is said)."""
    if state not in TaskState.values:
        raise ValidationError({"state": _("There is no such state.")})
    with transaction.atomic():
        kept = _locked(task)
        before = kept.state
        others = list(
            Task.objects.select_for_update().filter(state=state).exclude(pk=kept.pk).order_by("place", "due_on", "pk")
        )
        at = len(others) if place is None else max(0, min(place, len(others)))
        now = timezone.now()
        others.insert(at, kept)
        for n, one in enumerate(others):
            if one is not kept and one.place != n:
                Task.objects.filter(pk=one.pk).update(place=n)
        kept.place, kept.state = at, state
        if before != state:
            kept.changed_at = now
            kept.done_at = now if state == TaskState.DONE else None
        kept.save(update_fields=["place", "state", "changed_at", "done_at"])
        if before != state:
            _moved(actor, kept, before, address)
    return kept


def _moved(actor: Any, task: Task, before: str, address: str) -> None:
    """What follows when a task comes into another column; its measure is under way from then on."""
    record(
        actor=actor, action=actions.TASK_MOVED, record=task, before={"state": before}, after={"state": task.state},
        address=address,
    )  # fmt: skip
    if task.measure_id is not None and task.state != TaskState.TODO:
        waiting = Measure.objects.filter(pk=task.measure_id, state=MeasureState.WAITING)
        if (measure := waiting.filter(plan__state=PlanState.EXECUTING).first()) is not None:
            from qualityloop.improvement.plans.services.plans import measure_move

            measure_move(actor=actor, measure=measure, state=MeasureState.RUNNING, address=address)
    done = task.state == TaskState.DONE
    announce((notices.TASK_DONE if done else notices.TASK_CHANGED).key, notices.task_said(task))


def task_remark(*, actor: Any, task: Task, text: str, address: str = "") -> Remark:
    """Say something about a task."""
    if not text.strip():
        raise ValidationError({"text": _("Say something.")})
    with transaction.atomic():
        remark = Remark.objects.create(task=task, author=actor, text=text.strip())
        Task.objects.filter(pk=task.pk).update(changed_at=timezone.now())
        record(
            actor=actor, action=actions.TASK_REMARK, record=task, before=None, after={"text": remark.text},
            address=address,
        )  # fmt: skip
    return remark


def _locked(task: Task) -> Task:
    return Task.objects.select_for_update(of=("self",)).select_related("owner__user", "problem").get(pk=task.pk)


def _said(task: Task) -> dict[str, Any]:
    return values_of(task, "title", "note", "starts_on", "due_on", "state") | {
        "owner": str(task.owner) if task.owner else None,
        "measure": str(task.measure) if task.measure else None,
        "meeting": str(task.meeting) if task.meeting else None,
    }
