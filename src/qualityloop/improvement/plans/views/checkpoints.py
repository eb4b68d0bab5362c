"""Pages 检查点 and 48 小时复盘."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.panels import Fact, fact, record_page
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.plans import permissions, queries
from qualityloop.improvement.plans.forms import CheckForm, DrawForm
from qualityloop.improvement.plans.lots import dataset_choices, pages_of
from qualityloop.improvement.plans.models import Checkpoint, Review
from qualityloop.improvement.plans.presentation import CHECK_TONES, curve_points
from qualityloop.improvement.plans.services import checkpoints as services
from qualityloop.improvement.plans.services import reviews
from qualityloop.improvement.plans.views.finding import Crumbs, done, form_page, found, into_form

SHORT = 2**31  # seeds that are drawn here, so that people can copy them


def page(checkpoint: Checkpoint) -> str:
    """The address of a checkpoint."""
    return reverse("improvement_plans:checkpoint", args=[checkpoint.pk])


def crumbs(checkpoint: Checkpoint | None = None) -> Crumbs:
    """The way to a checkpoint."""
    way = [(reverse("improvement_plans:checkpoints"), _("Checkpoints"))]
    return way if checkpoint is None else [*way, (page(checkpoint), checkpoint.title)]


@requires(permissions.PLANS)
@require_safe
def checkpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """One checkpoint: rule, drawn items with their results, operating curve, verdict."""
    one = found(queries.checkpoints_for(request.user), pk, "measure__plan__problem", "author")
    results = list(one.results.select_related("by"))
    curve = curve_points(one)
    plan = one.measure.plan
    asked = one.query or {}
    links = pages_of(request.user, asked["dataset"], [row.label for row in results]) if asked else {}
    facts = [
        Fact(_("Measure"), one.measure, reverse("improvement_plans:plan", args=[plan.pk])),
        fact(one, "kind"), Fact(_("Due on"), f"{one.due_on:%Y-%m-%d}"),
        Fact(_("Lot"), _("{n} items").format(n=len(one.lot)) if one.lot else ""),
        *_records_asked(asked),
        fact(one, "size"), fact(one, "accept"), fact(one, "seed"), fact(one, "drawn_at"), fact(one, "judged_at"),
    ]  # fmt: skip
    context = {
        "title": one.title, "crumbs": crumbs(), "status_word": one.get_state_display(),
        "status_tone": CHECK_TONES[one.state], "curve": curve[1] if curve else "",
        "results": [(row, links.get(row.label, "")) for row in results],
        "points": curve[0][:: max(1, len(curve[0]) // 12)] if curve else [],
        "at_most": one.at_most * 100 if one.at_most is not None else None,
        "bad": sum(1 for r in results if r.ok is False), "checked": sum(1 for r in results if r.ok is not None),
        "may": permissions.CHECK.allows(request.user) and not plan.problem.is_closed,
    }  # fmt: skip
    return record_page(request, one, "plans/checkpoint.html", facts=facts, context=context)


def _records_asked(asked: dict[str, Any]) -> list[Fact]:
    """What the lot was made of, in words."""
    if not asked:
        return []
    words = dict(dataset_choices())
    return [
        Fact(_("Records that make up the lot"), words.get(asked["dataset"], asked["dataset"])),
        Fact(_("Days"), f"{asked['since']} – {asked['until']}"), Fact(_("Condition"), asked["where"] or "—"),
        Fact(_("Snapshot of the data"), asked["snapshot"]),
    ]  # fmt: skip


@requires(permissions.CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def check_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan a checkpoint of a measure."""
    measure = found(queries.measures_for(request.user), pk, "plan__problem")
    back = reverse("improvement_plans:plan", args=[measure.plan_id])
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.check_plan(
                actor=request.user, measure=measure, address=address_of(request), **form.cleaned_data
            )  # fmt: skip
            return redirect(page(made))
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, _("Plan a checkpoint"), back, crumbs(), note=measure.title)


@requires(permissions.CHECK)
@require_http_methods(["GET", "HEAD", "POST"])
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """Name the lot and draw the sample."""
    one = found(queries.checkpoints_for(request.user), pk, "measure__plan__problem")
    form = DrawForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        seed = form.cleaned_data["seed"]
        said = {"actor": request.user, "checkpoint": one, "address": address_of(request),
                "seed": secrets.randbelow(SHORT) if seed is None else seed}  # fmt: skip
        asked = form.cleaned_data["asked"]
        try:
            if asked is not None:
                services.check_draw_records(asked=asked, **said)
            else:
                services.check_draw(items=form.cleaned_data["lines"], **said)
            return redirect(page(one))
        except (ValidationError, AnalysisError) as error:
            into_form(form, error)
    return form_page(request, form, _("Draw the sample"), page(one), crumbs(one))


@requires(permissions.CHECK)
@require_POST
def check_do(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter results, or judge."""
    one = found(queries.checkpoints_for(request.user), pk, "measure__plan__problem")
    address, post = address_of(request), request.POST
    answers = {"ok": True, "bad": False}

    def work() -> None:
        results = {
            row.place: (answers.get(post.get(f"ok_{row.place}", "")), post.get(f"note_{row.place}", "").strip())
            for row in one.results.all()
        }
        if results and post.get("do") in {"save", "judge"}:
            services.check_enter(actor=request.user, checkpoint=one, results=results, address=address)
        if post.get("do") != "save":
            services.check_judge(
                actor=request.user, checkpoint=one, passed={"pass": True, "fail": False}.get(post.get("do", "")),
                finding=post.get("finding", "")[:4000], address=address,
            )  # fmt: skip

    return done(request, work, page(one))


def review_page(review: Review) -> str:
    """The address of a review."""
    return reverse("improvement_plans:review", args=[review.pk])


@requires(permissions.PLANS)
@require_safe
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """One review: the clock, the cause, the adjusted plan."""
    one = found(
        queries.reviews_for(request.user), pk, "measure__plan__problem", "measure__owner", "adjusted", "closed_by"
    )
    left = (one.due_at - timezone.now()).total_seconds()
    facts = [
        Fact(_("Measure"), one.measure, reverse("improvement_plans:plan", args=[one.measure.plan_id])),
        Fact(_("Owner"), one.measure.owner or ""), fact(one, "missed"), fact(one, "what"), fact(one, "opened_at"),
        fact(one, "due_at"), fact(one, "closed_at"), Fact(_("Closed by"), one.closed_by or ""),
    ]  # fmt: skip
    context = {
        "title": _("Review: {measure}").format(measure=one.measure.title),
        "crumbs": [(reverse("improvement_plans:reviews"), _("48-hour reviews"))],
        "status_word": _("closed") if one.closed_at else _("overdue") if left < 0 else _("runs"),
        "status_tone": "met" if one.closed_at else "missed" if left < 0 else "warning",
        "left": abs(left), "over": left < 0,
        "may": permissions.REVIEWS.allows(request.user) and one.closed_at is None,
    }  # fmt: skip
    return record_page(request, one, "plans/review.html", facts=facts, context=context)


@requires(permissions.REVIEWS)
@require_POST
def review_do(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the cause, begin the adjusted plan, close."""
    one = found(queries.reviews_for(request.user), pk, "measure__plan__problem")
    do, address = request.POST.get("do", ""), address_of(request)

    def work() -> None:
        if "cause" in request.POST:
            cause = request.POST["cause"][:4000]
            reviews.review_change(actor=request.user, review=one, cause=cause, address=address)
        if do == "adjust":
            reviews.review_adjust(actor=request.user, review=one, address=address)
        elif do == "close":
            reviews.review_close(actor=request.user, review=one, address=address)

    answer = done(request, work, review_page(one))
    one.refresh_from_db()
    if do == "adjust" and one.adjusted_id:
        return redirect("improvement_plans:plan", one.adjusted_id)
    return answer
