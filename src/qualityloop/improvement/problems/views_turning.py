"""转为改进: a number of the diagnosis becomes a problem, with its grade, its rows and its drivers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qualityloop.diagnosis.choices import dimensions_of, parse_group
from qualityloop.diagnosis.views.asked import Asked, asked
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.problems import services
from qualityloop.improvement.problems.forms import ProblemForm
from qualityloop.improvement.problems.models import Grade, Problem
from qualityloop.improvement.problems.opening import turned_form, turned_open
from qualityloop.improvement.problems.permissions import PROBLEM_OPEN
from qualityloop.improvement.problems.presentation import page_of
from qualityloop.improvement.problems.queries import open_twin, problem_of, seen_by
from qualityloop.improvement.problems.turning import Turned, turned
from qualityloop.improvement.problems.views import crumbs


@requires(PROBLEM_OPEN)
@require_http_methods(["GET", "HEAD", "POST"])
@asked
def turn(ask: Asked, key: str) -> HttpResponseBase:
    """Show what is to be opened, then open it; a problem about the same number that is open is linked instead."""
    request = ask.request
    indicator = ask.indicator(key)
    allowed = frozenset(dimensions_of(indicator, ask.lake, people=ask.sees_rows))
    group, _notes = parse_group(request.GET.getlist("g"), allowed)
    one = turned(ask, key, group)
    twin = open_twin(key, services.group_key(group))
    return turn_or_link(request, one, twin)


def turn_once(request: HttpRequest, one: Turned) -> HttpResponse:
    """Show what is to be opened, then open it; where a problem was made of the same thing, that is shown."""
    if (known := problem_of(one.found.source_kind, one.found.source_ref)) is not None:
        return _landing(request, known, one)
    form = turned_form(request.user, one, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        opened = turned_open(
            actor=request.user, one=one, values=form.cleaned_data, address=address_of(request)
        )  # fmt: skip
        messages.success(request, _("Opened with the number {number}.").format(number=opened.problem.number))
        return _landing(request, opened.problem, one)
    return turn_page(request, one, form, None)


def turn_or_link(request: HttpRequest, one: Turned, twin: Problem | None) -> HttpResponse:
    """Show what is to be opened, then open it; a problem about the same number that is open is linked instead."""
    form = turned_form(request.user, one, request.POST if request.method == "POST" else None)
    if request.method == "POST" and (twin is not None or form.is_valid()):
        values = {} if twin is not None else form.cleaned_data
        opened = turned_open(actor=request.user, one=one, values=values, address=address_of(request))
        if opened.new:
            messages.success(request, _("Opened with the number {number}.").format(number=opened.problem.number))
        else:
            text = _("{number} is open about the same number already; this finding is linked to it.")
            messages.info(request, text.format(number=opened.problem.number))
        return _landing(request, opened.problem, one)
    return turn_page(request, one, form, twin)


def turn_panel(request: HttpRequest, source_kind: str, source_ref: str, turn: str) -> dict[str, Any] | None:
    """For the page of a thing: the problem that was made of it, or the way to make one (`turn`, empty: none)."""
    problem = problem_of(source_kind, source_ref)
    if problem is not None:
        seen = seen_by(request.user, problem)
        return {"problem": seen} if seen is not None else None
    return {"problem": None, "turn": turn} if turn and PROBLEM_OPEN.allows(request.user) else None


def _landing(request: HttpRequest, problem: Problem, one: Turned) -> HttpResponse:
    """The problem's page; where one may not see that, the page of what it was made of."""
    return redirect(page_of(problem) if seen_by(request.user, problem) is not None else one.found.source_url)


def turn_page(request: HttpRequest, one: Turned, form: ProblemForm, twin: Any) -> HttpResponse:
    """What is brought along, and the form; or the problem that is open already."""
    known = seen_by(request.user, twin)
    context = {
        "title": _("Turn into an improvement"), "one": one, "form": form, "twin": twin, "twin_seen": known,
        "crumbs": crumbs(), "back": one.found.source_url, "grade_word": Grade(one.grade).label if one.grade else "",
    }  # fmt: skip
    return render(request, "problems/turn.html", context, status=422 if form.is_bound and form.errors else 200)
