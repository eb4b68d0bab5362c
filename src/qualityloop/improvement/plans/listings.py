"""The lists 改进计划, 任务, 周例会, 检查点, 48 小时复盘."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qualityloop.foundation.listing import Button, Choice, Column, Days, Listing, Related, Words
from qualityloop.improvement.plans import permissions, queries
from qualityloop.improvement.plans.models import Checkpoint, Meeting, Plan, Review, Task
from qualityloop.improvement.plans.presentation import CHECK_TONES, PLAN_TONES, TASK_TONES

PLANS = Listing(
    key="improvement.plans",
    of=Plan,
    title=_("Improvement plans"),
    note=_("What will be done about problems, by whom and until when, and what is predicted of it"),
    right=permissions.PLANS,
    query=queries.plans_for,
    order="-created_at",
    columns=(
        Column("number", link=True),
        Column("problem", path="problem__title", label=_("problem")),
        Column("version"),
        Column("state", tone=PLAN_TONES),
        Column("owner", path="problem__owner__name", label=pgettext_lazy("plan", "owner")),
        Column("department", path="problem__department__name", label=_("department")),
        Column("created_at"),
        Column("approved_at"),
        Column("frozen_at"),
        Column("goal", shown=False),
        Column("reason", shown=False),
        Column("frozen_hash", shown=False),
        Column("changed_at", shown=False),
    ),
    filters=(
        Words("number", "problem__title", "goal"),
        Choice("state"),
        Related("department", path="problem__department", label=_("department")),
        Days("written", path="created_at", label=_("written")),
    ),
    empty=_("No plans yet. Lock the cause of a problem and begin the plan on the problem's page."),
    record=lambda one: reverse("improvement_plans:plan", args=[one.pk]),
)

TASKS = Listing(
    key="improvement.tasks",
    of=Task,
    title=_("Tasks"),
    note=_("What is to be done this day and this week"),
    right=permissions.TASKS,
    query=queries.tasks_for,
    order="-due_on",
    columns=(
        Column("number", link=True),
        Column("title"),
        Column("state", tone=TASK_TONES),
        Column("owner", path="owner__name", label=pgettext_lazy("plan", "owner")),
        Column("due_on"),
        Column("measure", path="measure__title", label=_("measure")),
        Column("problem", path="problem__number", label=_("problem")),
        Column("done_at"),
        Column("meeting", path="meeting__number", label=_("decided in"), shown=False),
        Column("note", shown=False),
        Column("starts_on", shown=False),
        Column("created_at", shown=False),
        Column("changed_at", shown=False),
    ),
    filters=(
        Words("number", "title", "note"),
        Choice("state"),
        Related("owner"),
        Days("due", path="due_on", label=_("due")),
    ),
    buttons=(
        Button(_("Board"), "improvement_plans:board", permissions.TASKS, "layout-dashboard"),
        Button(_("Add a task"), "improvement_plans:task_new", permissions.TASK_WRITE),
    ),
    empty=_("No tasks yet. Break a measure that is under way down into tasks on the page of its plan."),
    record=lambda one: reverse("improvement_plans:task", args=[one.pk]),
)

MEETINGS = Listing(
    key="improvement.meetings",
    of=Meeting,
    title=_("Weekly meetings"),
    note=_("Agenda of what is late or changed, minutes, decisions"),
    right=permissions.MEETINGS,
    query=queries.meetings_for,
    order="-held_on",
    columns=(
        Column("number", link=True),
        Column("title"),
        Column("held_on"),
        Column("department", path="department__name", label=_("department")),
        Column("closed_at"),
        Column("present", shown=False),
        Column("minutes", shown=False),
        Column("changed_at", shown=False),
    ),
    filters=(
        Words("number", "title", "minutes"),
        Related("department"),
        Days("held", path="held_on", label=_("day")),
    ),
    buttons=(Button(_("Call a meeting"), "improvement_plans:meeting_new", permissions.MEETINGS),),
    empty=_("No meetings yet. Call one: its agenda is made from what is late or changed."),
    record=lambda one: reverse("improvement_plans:meeting", args=[one.pk]),
)

CHECKPOINTS = Listing(
    key="improvement.checkpoints",
    of=Checkpoint,
    title=_("Checkpoints"),
    note=_("What is checked while measures are under way"),
    right=permissions.PLANS,
    query=queries.checkpoints_for,
    order="-due_on",
    columns=(
        Column("title", link=True),
        Column("kind"),
        Column("state", tone=CHECK_TONES),
        Column("due_on"),
        Column("measure", path="measure__title", label=_("measure")),
        Column("plan", path="measure__plan__number", label=_("plan")),
        Column("size"),
        Column("accept"),
        Column("at_most"),
        Column("judged_at"),
        Column("seed", shown=False),
        Column("finding", shown=False),
        Column("changed_at", shown=False),
    ),
    filters=(
        Words("title", "measure__title"),
        Choice("kind"),
        Choice("state"),
        Days("due", path="due_on", label=_("due")),
    ),
    empty=_("No checkpoints yet. Plan one on the page of an approved plan."),
    record=lambda one: reverse("improvement_plans:checkpoint", args=[one.pk]),
)

REVIEWS = Listing(
    key="improvement.reviews",
    api="measure-reviews",
    of=Review,
    title=_("48-hour reviews"),
    note=_("Measures that missed: cause and adjusted plan within 48 hours"),
    right=permissions.PLANS,
    query=queries.reviews_for,
    order="-opened_at",
    columns=(
        Column("measure", path="measure__title", label=_("measure"), link=True),
        Column("plan", path="measure__plan__number", label=_("plan")),
        Column("missed"),
        Column("what"),
        Column("opened_at"),
        Column("due_at"),
        Column("cause"),
        Column("adjusted", path="adjusted__number", label=_("adjusted plan")),
        Column("closed_at"),
        Column("changed_at", shown=False),
    ),
    filters=(
        Words("measure__title", "cause", "what"),
        Choice("missed"),
        Days("opened", path="opened_at", label=_("opened")),
    ),
    empty=_("No reviews. One opens by itself when a measure is late or a checkpoint is not passed."),
    record=lambda one: reverse("improvement_plans:review", args=[one.pk]),
)
