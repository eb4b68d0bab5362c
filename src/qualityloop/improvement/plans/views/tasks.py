"""Pages 任务: the board, one task, a new one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.panels import Fact, fact, record_page
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.plans import permissions, queries
from qualityloop.improvement.plans.forms import TaskForm
from qualityloop.improvement.plans.models import Task, TaskState
from qualityloop.improvement.plans.presentation import TASK_TONES, mirrors_of
from qualityloop.improvement.plans.services import tasks as services
from qualityloop.improvement.plans.views.finding import Crumbs, done, form_page, found, into_form, words_of
from qualityloop.improvement.problems.presentation import page_of as problem_page

SHOWN = 60  # cards of one column
WHOLE = ("owner__user", "owner__department", "problem", "measure__plan", "meeting")


def page(task: Task) -> str:
    """The address of a task."""
    return reverse("improvement_plans:task", args=[task.pk])


def crumbs() -> Crumbs:
    """The way to the tasks."""
    return [(reverse("improvement_plans:board"), _("Tasks"))]


@requires(permissions.TASKS)
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The tasks in four columns; mine, or all that I may see; of one problem."""
    who, today = request.GET.get("who", ""), timezone.localdate()
    rows = queries.mine(request.user) if who == "me" else queries.tasks_for(request.user)
    problem = request.GET.get("problem", "")
    if problem.isdecimal() and len(problem) < 18:
        rows = rows.filter(problem=int(problem))
    rows = rows.select_related("owner__user", "problem").order_by("place", "due_on", "pk")
    columns = []
    for state, label in TaskState.choices:
        mine = rows.filter(state=state)
        if state == TaskState.DONE:
            mine = mine.order_by("-done_at", "-pk")
        cards = [
            {"task": one, "late": one.is_late(today), "may": queries.may_move(request.user, one)}
            for one in mine[:SHOWN]
        ]
        columns.append({"key": state, "label": label, "cards": cards, "count": mine.count()})
    context = {
        "columns": columns, "who": who, "problem": problem, "may_add": permissions.TASK_WRITE.allows(request.user),
        "empty": not any(column["count"] for column in columns),
    }  # fmt: skip
    return render(request, "plans/board.html", context)


@requires(permissions.TASKS)
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a task: from the board as JSON, from its page with a redirect."""
    one = found(queries.tasks_for(request.user), pk, "owner__user")
    if not queries.may_move(request.user, one):
        raise Http404
    place = request.POST.get("place", "")

    def work() -> Any:
        return services.task_move(
            actor=request.user, task=one, state=request.POST.get("state", ""),
            place=int(place) if place.isdecimal() and len(place) < 9 else None, address=address_of(request),
        )  # fmt: skip

    if request.headers.get("Accept", "").startswith("application/json"):
        try:
            kept = work()
        except ValidationError as error:
            return JsonResponse({"message": words_of(error)}, status=409)
        return JsonResponse({"state": kept.state, "place": kept.place})
    return done(request, work, page(one))


@requires(permissions.TASKS)
@require_safe
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """One task: what, who, until when, what was said about it."""
    one = found(queries.tasks_for(request.user), pk, *WHOLE)
    late = one.is_late(timezone.localdate())
    past = pgettext("task", "late") if late else ""
    facts = [
        Fact(_("Owner"), one.owner or ""), fact(one, "starts_on"),
        Fact(_("Due on"), f"{one.due_on:%Y-%m-%d}", tone="missed" if late else "", note=past),
        Fact(_("Problem"), one.problem.number if one.problem else "", problem_page(one.problem) if one.problem else ""),
        Fact(_("Measure"), one.measure or "",
             reverse("improvement_plans:plan", args=[one.measure.plan_id]) if one.measure else ""),
        Fact(_("Decided in"), one.meeting or "",
             reverse("improvement_plans:meeting", args=[one.meeting_id]) if one.meeting else ""),
        Fact(_("Author"), one.author or ""), fact(one, "created_at"), fact(one, "done_at"),
    ]  # fmt: skip
    context = {
        "title": one.title, "subtitle": one.number, "crumbs": crumbs(), "status_word": one.get_state_display(),
        "status_tone": TASK_TONES[one.state], "may": queries.may_move(request.user, one),
        "may_edit": permissions.TASK_WRITE.allows(request.user), "states": TaskState.choices,
        "remarks": one.remarks.select_related("author"), "mirrors": mirrors_of(one),
    }  # fmt: skip
    return record_page(request, one, "plans/task.html", facts=facts, context=context)


@requires(permissions.TASKS)
@require_POST
def remark(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something about a task."""
    one = found(queries.tasks_for(request.user), pk)
    text = request.POST.get("text", "")[:2000]
    return done(
        request,
        lambda: services.task_remark(actor=request.user, task=one, text=text, address=address_of(request)),
        page(one),
    )


@requires(permissions.TASK_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def task_new(request: HttpRequest) -> HttpResponse:
    """Give out a task, of a measure where the address names one."""
    named = request.GET.get("measure", "")
    measure = None
    if named.isdecimal() and len(named) < 18:
        measure = found(queries.measures_for(request.user), int(named), "plan__problem", "owner")
    initial = {"owner": measure.owner, "due_on": measure.due_on} if measure else {}
    form = TaskForm(request.POST or None, initial=initial)
    back = reverse("improvement_plans:plan", args=[measure.plan_id]) if measure else reverse("improvement_plans:board")
    if request.method == "POST" and form.is_valid():
        try:
            made = services.task_add(
                actor=request.user, measure=measure, address=address_of(request), **form.cleaned_data
            )
            return redirect(back if measure else page(made))
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, _("Add a task"), back, crumbs(), note=measure.title if measure else "")


@requires(permissions.TASK_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def task_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a task."""
    one = found(queries.tasks_for(request.user), pk)
    form = TaskForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        try:
            services.task_change(
                actor=request.user, task=one, address=address_of(request), **form.cleaned_data
            )  # fmt: skip
            return redirect(page(one))
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, _("Change a task"), page(one), crumbs())
