"""Pages 问题与改进: a problem, by hand, changed, closed, opened again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.panels import record_page
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.problems import services
from qualityloop.improvement.problems.forms import ClosingForm, ProblemForm, ReopeningForm
from qualityloop.improvement.problems.models import Problem, State
from qualityloop.improvement.problems.permissions import PROBLEM_CLOSE, PROBLEM_EDIT, PROBLEM_OPEN, PROBLEMS
from qualityloop.improvement.problems.presentation import GRADE_TONES, facts, page_of, stations
from qualityloop.improvement.problems.queries import problem_whole, staff_of

FORM = "foundation/form_page.html"


def found(request: HttpRequest, pk: int) -> Problem:
    """A problem that the person may see, or 404."""
    one = problem_whole(request.user, pk)
    if one is None:
        raise Http404
    return one


@requires(PROBLEMS)
@require_safe
def problem(request: HttpRequest, pk: int) -> HttpResponse:
    """One problem: what is wrong, how it was found, where it stands, and what the parts of this room add."""
    one = found(request, pk)
    context = {
        "title": one.title,
        "subtitle": one.number,
        "crumbs": crumbs(),
        "status_word": one.get_grade_display(),  # type: ignore[attr-defined]
        "status_tone": GRADE_TONES[one.grade],
        "stations": stations(one),
        "mentions": list(one.mentions.select_related("actor")),
        "may_edit": PROBLEM_EDIT.allows(request.user) and not one.is_closed,
        "may_close": PROBLEM_CLOSE.allows(request.user),
    }
    return record_page(request, one, "problems/problem.html", facts=facts(one), context=context)


@requires(PROBLEM_OPEN)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a problem by hand."""
    staff = staff_of(request.user)
    initial = {"owner": staff, "department": staff.department if staff else None}
    form = ProblemForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        opened = services.problem_open(actor=request.user, address_of=address_of(request), **form.cleaned_data)
        messages.success(request, _("Opened with the number {number}.").format(number=opened.problem.number))
        return redirect(page_of(opened.problem))
    return _form(request, form, _("Add a problem"), reverse("improvement_problems:problems"))


@requires(PROBLEM_EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a problem."""
    one = found(request, pk)
    due = one.due_at
    form = ProblemForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data}
        values["due_at"] = values["due_at"] or due
        try:
            services.problem_change(actor=request.user, problem=one, address_of=address_of(request), **values)
            return redirect(page_of(one))
        except ValidationError as error:
            form.add_error(None, error.messages)
    return _form(request, form, _("Change the problem"), page_of(one), one)


@requires(PROBLEM_CLOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a problem with a verdict."""
    one = found(request, pk)
    return _moved(request, one, ClosingForm(request.POST or None), State.CLOSED, _("Close the problem"))


@requires(PROBLEM_CLOSE)
@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed problem again."""
    one = found(request, pk)
    return _moved(request, one, ReopeningForm(request.POST or None), State.OPEN, _("Open the problem again"))


def _moved(request: HttpRequest, one: Problem, form: Any, state: State, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            services.problem_state(
                actor=request.user, problem=one, state=state, address_of=address_of(request), **form.cleaned_data
            )
            return redirect(page_of(one))
        except ValidationError as error:
            for name, texts in error.message_dict.items():
                form.add_error(name if name in form.fields else None, texts)
    return _form(request, form, title, page_of(one), one)


def crumbs(one: Problem | None = None) -> list[tuple[str, str]]:
    """The way to a problem's pages."""
    way = [(reverse("improvement_problems:problems"), _("Problems and improvements"))]
    return way if one is None else [*way, (page_of(one), one.number)]


def _form(request: HttpRequest, form: Any, title: str, back: str, one: Problem | None = None) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "crumbs": crumbs(one), "note": one.title if one else ""}
    return render(request, FORM, context, status=422 if form.errors else 200)
