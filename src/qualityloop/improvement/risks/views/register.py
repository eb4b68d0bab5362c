"""Goals, readiness and risks of a quality plan."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.plans.views.finding import done, form_page, found, into_form
from qualityloop.improvement.risks import permissions, queries, services
from qualityloop.improvement.risks.forms import GoalForm, ReadyForm, ReasonForm, RiskForm
from qualityloop.improvement.risks.models import Item, ItemKind, LaunchPlan, Risk
from qualityloop.improvement.risks.notices import page_of
from qualityloop.improvement.risks.views.plans import crumbs, of


def _written(request: HttpRequest, plan: LaunchPlan, form: Any, title: str, work: Callable[..., Any]) -> HttpResponse:
    """A form whose values `work` keeps."""
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data}
        if "group_typed" in values:
            values["group"] = values.pop("group_typed")
        try:
            work(actor=request.user, plan=plan, address=address_of(request), **values)
            return redirect(page_of(plan))
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, title, page_of(plan), crumbs(plan), note=plan.name)


@requires(permissions.RISK_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def goal_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a goal."""
    work = partial(services.item_save, kind=ItemKind.GOAL)
    return _written(request, of(request, pk), GoalForm(request.POST or None), _("Add a goal"), work)


@requires(permissions.RISK_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def ready_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add something that must be ready."""
    work = partial(services.item_save, kind=ItemKind.READY)
    return _written(request, of(request, pk), ReadyForm(request.POST or None), _("Add a readiness item"), work)


def _item(request: HttpRequest, pk: int) -> Item:
    one: Item = found(queries.items_for(request.user), pk, "plan")
    return one


@requires(permissions.RISK_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def item_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a goal or a readiness item."""
    one = _item(request, pk)
    kept = Item.objects.get(pk=pk)
    form_class = GoalForm if one.kind == ItemKind.GOAL else ReadyForm
    form = form_class(request.POST or None, instance=one)
    work = partial(services.item_save, kind=kept.kind, item=kept)
    return _written(request, one.plan, form, _("Change the entry"), work)


@requires(permissions.RISK_WRITE)
@require_POST
def item_do(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that something is ready or not, or take it out."""
    one = _item(request, pk)
    do, address = request.POST.get("do", ""), address_of(request)

    def work() -> None:
        if do == "remove":
            services.item_remove(actor=request.user, item=one, address=address)
        elif do in {"ready", "not_ready"} and one.kind == ItemKind.READY:
            services.item_ready(actor=request.user, item=one, ready=do == "ready", address=address)

    return done(request, work, page_of(one.plan))


@requires(permissions.RISK_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def risk_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a risk."""
    return _written(request, of(request, pk), RiskForm(request.POST or None), _("Add a risk"), services.risk_save)


def _risk(request: HttpRequest, pk: int) -> Risk:
    one: Risk = found(queries.risks_for(request.user), pk, "plan")
    return one


@requires(permissions.RISK_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def risk_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a risk."""
    one = _risk(request, pk)
    kept = Risk.objects.get(pk=pk)
    work = partial(services.risk_save, risk=kept)
    return _written(request, one.plan, RiskForm(request.POST or None, instance=one), _("Change the risk"), work)


@requires(permissions.RISK_WRITE)
@require_POST
def risk_do(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the precaution is carried out or not, or take the risk out."""
    one = _risk(request, pk)
    do, address = request.POST.get("do", ""), address_of(request)

    def work() -> None:
        if do == "remove":
            services.risk_remove(actor=request.user, risk=one, address=address)
        elif do in {"done", "not_done"}:
            services.risk_done(actor=request.user, risk=one, done=do == "done", address=address)

    return done(request, work, page_of(one.plan))


@requires(permissions.LAUNCH)
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept a risk with a reason."""
    one = _risk(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.risk_accept(actor=request.user, risk=one, address=address_of(request), **form.cleaned_data)
            return redirect(f"{page_of(one.plan)}#risk-{one.pk}")
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, _("Accept the risk"), page_of(one.plan), crumbs(one.plan), note=one.title)
