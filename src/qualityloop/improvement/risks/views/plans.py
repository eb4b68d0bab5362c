"""Pages of quality plans: head, gate, versions."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.panels import record_page
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.evidence.indicators import indicator_value
from qualityloop.improvement.plans.views.finding import Crumbs, done, form_page, found, into_form
from qualityloop.improvement.problems.queries import staff_of
from qualityloop.improvement.risks import permissions, queries, services
from qualityloop.improvement.risks.forms import PlanForm, ReasonForm, indicator_choices
from qualityloop.improvement.risks.models import ItemKind, LaunchPlan, State
from qualityloop.improvement.risks.notices import page_of
from qualityloop.improvement.risks.presentation import TONES, facts, matrix, rows_of


def crumbs(one: LaunchPlan | None = None) -> Crumbs:
    """The way to the pages of a plan."""
    way = [(reverse("improvement_risks:plans"), _("Risks before launch"))]
    return way if one is None else [*way, (page_of(one), one.number)]


def of(request: HttpRequest, pk: int) -> LaunchPlan:
    """A plan that the person may see, or 404."""
    one: LaunchPlan = found(queries.launch_plans_for(request.user), pk, "owner", "department", "author")
    return one


@requires(permissions.RISKS)
@require_safe
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: what keeps it from launch, goals, readiness, the register with matrix and warnings, versions."""
    one = of(request, pk)
    risks = queries.register_of(one)
    rows = rows_of(risks, queries.warnings_of(request.user, risks))
    items = list(one.items.select_related("done_by"))
    missing = queries.lacking(one)
    names = dict(indicator_choices())
    draft = one.state == State.DRAFT
    context = {
        "title": one.name, "subtitle": one.number, "crumbs": crumbs(), "rows": rows,
        "status_word": one.get_state_display(), "status_tone": TONES[one.state],  # type: ignore[attr-defined]
        "goals": [
            (i, names.get(i.indicator, i.indicator), indicator_value(i.indicator, i.target))
            for i in items if i.kind == ItemKind.GOAL
        ],
        "ready": [i for i in items if i.kind == ItemKind.READY],
        "matrix": matrix(rows) if rows else "",
        "matrix_after": matrix(rows, after=True) if any(r.risk.after for r in rows) else "",
        "names": names, "lacking": missing, "open": any(missing.values()),
        "may_write": draft and permissions.RISK_WRITE.allows(request.user),
        "may_launch": permissions.LAUNCH.allows(request.user), "editions": one.editions.select_related("by"),
        "risks": [
            (r, names.get(r.risk.indicator, r.risk.indicator), indicator_value(r.risk.indicator, r.risk.threshold))
            for r in rows
        ],
    }  # fmt: skip
    return record_page(request, one, "risks/plan.html", facts=facts(one), context=context)


@requires(permissions.RISK_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a quality plan."""
    staff = staff_of(request.user)
    initial = {"owner": staff, "department": staff.department if staff else None}
    form = PlanForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = services.plan_begin(actor=request.user, address=address_of(request), **form.cleaned_data)
        return redirect(page_of(made))
    return form_page(request, form, _("Begin a quality plan"), reverse("improvement_risks:plans"), crumbs())


@requires(permissions.RISK_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the head of a draft."""
    one = of(request, pk)
    form = PlanForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        kept = LaunchPlan.objects.get(pk=pk)
        try:
            services.plan_change(actor=request.user, plan=kept, address=address_of(request), **form.cleaned_data)
            return redirect(page_of(one))
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, _("Change the quality plan"), page_of(one), crumbs(one))


def _moved(request: HttpRequest, pk: int, state: State) -> HttpResponse:
    one = of(request, pk)
    address = address_of(request)
    return done(
        request, lambda: services.plan_move(actor=request.user, plan=one, state=state, address=address), page_of(one)
    )


@requires(permissions.LAUNCH)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a plan for launch: the gate."""
    return _moved(request, pk, State.APPROVED)


@requires(permissions.LAUNCH)
@require_POST
def launch(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the service mode is launched."""
    return _moved(request, pk, State.LAUNCHED)


@requires(permissions.LAUNCH)
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a plan back to be written anew, as the next version."""
    return _form(request, pk, State.DRAFT, _("Write the next version"))


@requires(permissions.LAUNCH)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a plan."""
    return _form(request, pk, State.STOPPED, _("Stop the plan"))


def _form(request: HttpRequest, pk: int, state: State, title: str) -> HttpResponse:
    one = of(request, pk)
    form: Any = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.plan_move(
                actor=request.user, plan=one, state=state, address=address_of(request), **form.cleaned_data
            )
            return redirect(page_of(one))
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, title, page_of(one), crumbs(one), note=one.name)
