"""Pages of audit rounds: plan, checklist, start, report, close."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.panels import record_page
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.audits import permissions, queries, services
from qualityloop.improvement.audits.forms import ReasonForm, ReportForm, RoundForm
from qualityloop.improvement.audits.models import Answer, Round, State
from qualityloop.improvement.audits.notices import page_of
from qualityloop.improvement.audits.presentation import TONES, facts, groups_of, share_words
from qualityloop.improvement.audits.result import result_of
from qualityloop.improvement.plans.views.finding import Crumbs, done, form_page, found, into_form
from qualityloop.improvement.problems.permissions import PROBLEM_OPEN


def crumbs(one: Round | None = None) -> Crumbs:
    """The way to the pages of a round."""
    way = [(reverse("improvement_audits:rounds"), _("Quality audits"))]
    return way if one is None else [*way, (page_of(one), one.number)]


def of(request: HttpRequest, pk: int) -> Round:
    """A round that the person may see, or 404."""
    one: Round = found(queries.rounds_for(request.user), pk, "previous", "author")
    return one


@requires(permissions.AUDITS)
@require_safe
def one_round(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: its checklist with answers and findings, and what it comes to so far."""
    one = of(request, pk)
    points = queries.points_of(one)
    result = result_of(one, points)
    plans = permissions.AUDIT_PLAN.allows(request.user)
    may_check = queries.may_check(request.user, one)
    context = {
        "title": one.title, "subtitle": one.number, "crumbs": crumbs(),
        "status_word": one.get_state_display(), "status_tone": TONES[one.state],  # type: ignore[attr-defined]
        "groups": groups_of(request.user, points), "points": len(points), "answered": len(points) - result.unanswered,
        "result": result, "points_said": share_words(result.points), "cases_said": share_words(result.cases),
        "may_check": may_check, "may_plan": plans, "answers": Answer.choices,
        "may_edit_points": queries.may_word(request.user, one),
        "may_problem": PROBLEM_OPEN.allows(request.user) and one.state != State.PLANNED,
        "counts": [(label, result.counts[key]) for key, label in Answer.choices],
    }  # fmt: skip
    return record_page(request, one, "audits/round.html", facts=facts(one), context=context)


@requires(permissions.AUDIT_PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Plan a round."""
    today = timezone.localdate()
    initial = {"starts_on": today, "ends_on": today + timedelta(days=27), "previous": queries.last_round()}
    form = RoundForm(request.POST or None, initial=initial, rounds=queries.rounds_for(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.round_plan(actor=request.user, address=address_of(request), **form.cleaned_data)
            return redirect(page_of(made))
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, _("Plan a round"), reverse("improvement_audits:rounds"), crumbs())


@requires(permissions.AUDIT_PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a round that has not been started."""
    one = of(request, pk)
    others = queries.rounds_for(request.user).exclude(pk=pk)
    form = RoundForm(request.POST or None, instance=one, rounds=others)
    if request.method == "POST" and form.is_valid():
        kept = Round.objects.get(pk=pk)
        try:
            services.round_change(actor=request.user, of=kept, address=address_of(request), **form.cleaned_data)
            return redirect(page_of(one))
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, _("Change the round"), page_of(one), crumbs(one))


@requires(permissions.AUDIT_PLAN)
@require_POST
def checklist(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the checklist of what is in force now."""
    one = of(request, pk)
    address = address_of(request)
    return done(
        request, lambda: services.checklist_make(actor=request.user, of=one, address=address), page_of(one),
        _("The checklist is made."),
    )  # fmt: skip


def _moved(request: HttpRequest, pk: int, state: State) -> HttpResponse:
    one = of(request, pk)
    address = address_of(request)
    return done(
        request, lambda: services.round_move(actor=request.user, of=one, state=state, address=address), page_of(one)
    )


@requires(permissions.AUDIT_PLAN)
@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a round."""
    return _moved(request, pk, State.RUNNING)


@requires(permissions.AUDIT_PLAN)
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a round that has been reported."""
    return _moved(request, pk, State.CLOSED)


@requires(permissions.AUDIT_PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def to_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report a round with its summary."""
    one = of(request, pk)
    form = ReportForm(request.POST or None, initial={"summary": one.summary})
    return _form(request, one, form, State.REPORTED, _("Report the round"))


@requires(permissions.AUDIT_PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a round back to where it was before, with the reason."""
    one = of(request, pk)
    state = State.RUNNING if one.state == State.REPORTED else State.PLANNED
    return _form(request, one, ReasonForm(request.POST or None), state, _("Take the round back"))


def _form(request: HttpRequest, one: Round, form: Any, state: State, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            services.round_move(
                actor=request.user, of=one, state=state, address=address_of(request), **form.cleaned_data
            )
            return redirect(page_of(one))
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, title, page_of(one), crumbs(one), note=one.title)
