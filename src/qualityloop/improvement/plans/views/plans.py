"""Pages 改进计划: a version with its measures, its SMART check, what can be done to it, two versions side by side."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.panels import Fact, fact, record_page
from qualityloop.foundation.permissions import requires
from qualityloop.improvement.plans import account, freezing, permissions, queries
from qualityloop.improvement.plans.forms import GoalForm, MeasureForm, WhyForm
from qualityloop.improvement.plans.models import Measure, MeasureState, Plan, PlanState, Task
from qualityloop.improvement.plans.presentation import PLAN_TONES, compared, gantt_of, prediction_words
from qualityloop.improvement.plans.services import plans as services
from qualityloop.improvement.plans.smartness import findings
from qualityloop.improvement.plans.views.finding import Crumbs, done, form_page, found, into_form
from qualityloop.improvement.problems.presentation import page_of as problem_page
from qualityloop.improvement.problems.queries import problem_whole


def plan_of(request: HttpRequest, pk: int) -> Plan:
    """A plan that the person may see, or 404."""
    one = queries.plan_whole(request.user, pk)
    if one is None:
        raise Http404
    return one


def crumbs(plan: Plan | None = None) -> Crumbs:
    """The way to a plan's pages."""
    way = [(reverse("improvement_plans:plans"), _("Improvement plans"))]
    if plan is None:
        return way
    return [(problem_page(plan.problem), plan.problem.number), (page(plan), plan.number)]


def page(plan: Plan) -> str:
    """The address of a plan."""
    return reverse("improvement_plans:plan", args=[plan.pk])


@requires(permissions.PLANS)
@require_safe
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One version of a plan."""
    one = plan_of(request, pk)
    may = permissions.PLAN_WRITE.allows(request.user) and not one.problem.is_closed
    measures = queries.measures_of(one)
    checked = one.state in {PlanState.DRAFT, PlanState.SUBMITTED}
    language = get_language() or "zh"
    rows = []
    for measure in measures:
        said = findings(measure) if checked else []
        hints = [(f.letter, f.missing, f.text.in_language(language)) for f in said]
        rows.append({
            "measure": measure, "hints": hints, "prediction": prediction_words(measure),
            "account": account.shown(measure), "letters": [(x, _worst(said, x)) for x in "SMART"] if checked else [],
        })  # fmt: skip
    context = {
        "title": _("Plan of {problem}").format(problem=one.problem.title), "subtitle": one.number,
        "crumbs": [(problem_page(one.problem), one.problem.number)],
        "status_word": one.get_state_display(), "status_tone": PLAN_TONES[one.state],  # type: ignore[attr-defined]
        "rows": rows, "may": may, "may_approve": permissions.PLAN_APPROVE.allows(request.user),
        "may_check": permissions.CHECK.allows(request.user), "may_task": permissions.TASK_WRITE.allows(request.user),
        "versions": [(v, PLAN_TONES[v.state]) for v in queries.plans_of(one.problem)],
        "intact": freezing.is_intact(one) if one.is_frozen else None,
        "tasks": Task.objects.filter(measure__plan=one).select_related("owner").order_by("due_on", "pk"),
        "states": [c for c in MeasureState.choices if c[0] != MeasureState.DROPPED], "today": timezone.localdate(),
    }  # fmt: skip
    return record_page(request, one, "plans/plan.html", facts=_facts(one), context=context)


def _worst(said: list[Any], letter: str) -> str:
    mine = [one.missing for one in said if one.letter == letter]
    return "missed" if any(mine) else "warning" if mine else "met"


def _facts(one: Plan) -> list[Fact]:
    return [
        Fact(_("Problem"), one.problem.number, problem_page(one.problem)),
        fact(one, "version"),
        Fact(_("Author"), one.author or ""),
        fact(one, "created_at"),
        Fact(_("Approved by"), one.approved_by or ""),
        fact(one, "approved_at"),
        Fact(_("Started by"), one.frozen_by or ""),
        fact(one, "frozen_at"),
        Fact(_("Fingerprint of the content"), one.frozen_hash[:16] if one.frozen_hash else ""),
        fact(one, "ended_at"),
        fact(one, "reason"),
    ]


@requires(permissions.PLAN_WRITE)
@require_POST
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the plan of a problem."""
    problem = problem_whole(request.user, pk)
    if problem is None:
        raise Http404
    made: list[Plan] = []
    answer = done(
        request,
        lambda: made.append(services.plan_begin(actor=request.user, problem=problem, address=address_of(request))),
        problem_page(problem),
    )
    return redirect(page(made[0])) if made else answer


@requires(permissions.PLAN_WRITE)
@require_POST
def do(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in, start or end a plan."""
    one = plan_of(request, pk)
    works = {"submit": services.plan_submit, "start": services.plan_start, "end": services.plan_end}
    work = works.get(request.POST.get("do", ""))
    if work is None:
        raise Http404
    return done(request, lambda: work(actor=request.user, plan=one, address=address_of(request)), page(one))


@requires(permissions.PLAN_APPROVE)
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a plan that was handed in."""
    one = plan_of(request, pk)
    return done(
        request, lambda: services.plan_approve(actor=request.user, plan=one, address=address_of(request)), page(one)
    )


@requires(permissions.PLAN_APPROVE)
@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a plan back with a reason."""
    one = plan_of(request, pk)

    def work(reason: str) -> Plan:
        return services.plan_send_back(actor=request.user, plan=one, reason=reason, address=address_of(request))

    return _why(request, one, _("Send the plan back"), work)


@requires(permissions.PLAN_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def adjust(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a new version of a plan, with the reason."""
    one = plan_of(request, pk)

    def work(reason: str) -> Plan:
        return services.plan_adjust(actor=request.user, plan=one, reason=reason, address=address_of(request))

    return _why(request, one, _("Adjust the plan"), work)


def _why(request: HttpRequest, one: Plan, title: str, work: Any) -> HttpResponse:
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(page(work(form.cleaned_data["reason"])))
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, title, page(one), crumbs(one))


@requires(permissions.PLAN_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def goal(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a plan is to reach."""
    one = plan_of(request, pk)
    form = GoalForm(request.POST or None, initial={"goal": one.goal})
    if request.method == "POST" and form.is_valid():
        try:
            services.plan_change(
                actor=request.user, plan=one, goal=form.cleaned_data["goal"], address=address_of(request)
            )
            return redirect(page(one))
        except ValidationError as error:
            into_form(form, error)
    return form_page(request, form, _("Goal of the plan"), page(one), crumbs(one))


@requires(permissions.PLANS)
@require_safe
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """A version beside the one that it replaces."""
    one = plan_of(request, pk)
    if one.replaces is None:
        raise Http404
    context = {"plan": one, "old": one.replaces, "changes": compared(one.replaces, one), "crumbs": crumbs(one)}
    return render(request, "plans/compare.html", context)


@requires(permissions.PLANS)
@require_safe
def gantt(request: HttpRequest, pk: int) -> HttpResponse:
    """Measures and tasks over time."""
    one = plan_of(request, pk)
    tasks = list(Task.objects.filter(measure__plan=one).select_related("owner").order_by("due_on", "pk"))
    drawing = gantt_of(queries.measures_of(one), tasks, timezone.localdate())
    return render(request, "plans/gantt.html", {"plan": one, "drawing": drawing, "crumbs": crumbs(one)})


@requires(permissions.PLAN_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def measure_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a measure to a draft."""
    one = plan_of(request, pk)
    problem = one.problem
    initial = {
        "indicator": problem.indicator, "group_typed": "; ".join(f"{c}={v}" for c, v in problem.group or []),
        "department": problem.department, "owner": problem.owner,
    }  # fmt: skip
    return _measure(
        request, one, None, MeasureForm(request.POST or None, initial=initial, plan=one), _("Add a measure")
    )


@requires(permissions.PLAN_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def measure_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a measure of a draft."""
    one = found(queries.measures_for(request.user), pk, "plan__problem", "owner", "department")
    form = MeasureForm(request.POST or None, instance=one, plan=one.plan)
    return _measure(request, one.plan, Measure.objects.get(pk=one.pk), form, _("Change a measure"))


def _measure(request: HttpRequest, one: Plan, measure: Measure | None, form: MeasureForm, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            services.measure_save(
                actor=request.user, plan=one, measure=measure, address=address_of(request), **form.values
            )
            return redirect(page(one))
        except ValidationError as error:
            into_form(form, error)
    shown = measure or Measure(plan=one, title="")
    if measure is None:
        shown.indicator, shown.owner = one.problem.indicator, one.problem.owner
    context = {
        "form": form, "title": title, "back": page(one), "crumbs": crumbs(one), "plan": one,
        "faults": _faults(shown) if request.method != "POST" else {}, "parts": _parts(form),
    }  # fmt: skip
    return render(request, "plans/measure_form.html", context, status=422 if form.errors else 200)


AT = {"baseline": "baseline_from", "causes": "cause_key"}  # where a finding stands on the form


def _faults(measure: Measure) -> dict[str, str]:
    language = get_language() or "zh"
    said: dict[str, list[str]] = {}
    for one in findings(measure):
        said.setdefault(AT.get(one.field, one.field), []).append(f"{one.letter}: {one.text.in_language(language)}")
    return {name: " ".join(texts) for name, texts in said.items()}


def _parts(form: MeasureForm) -> list[tuple[str, str, list[Any]]]:
    """The fields in their parts: what and who, when and with what, the prediction, risks, cost and benefit."""
    parts = (
        (_("What and who"), ("title", "action", "cause_key", "owner", "department"), ""),
        (_("When and with what"),
         ("starts_on", "due_on", "effort_days", "resources", "gaps", "contingency", "risks_typed"), ""),
        (_("Prediction"),
         ("indicator", "direction", "amount", "effect_until", "group_typed", "untouched_typed", "baseline_from",
          "baseline_until", "method"), _("It is frozen when the plan starts, and judged by it afterwards.")),
        (_("Cost and benefit in a year"), tuple(n for n in form.fields if n.startswith("account_")),
         _("Ranges, since nobody knows one number. What is left empty counts as nothing or as the house's default.")),
    )  # fmt: skip
    return [(title, note, [form[name] for name in names]) for title, names, note in parts]


@requires(permissions.PLAN_WRITE)
@require_POST
def smart(request: HttpRequest, pk: int) -> HttpResponse:
    """What is missing or vague in a measure as it is typed."""
    one = plan_of(request, pk)
    form = MeasureForm(request.POST, plan=one)
    form.is_valid()
    measure = Measure(plan=one)
    for name in form.Meta.fields:
        setattr(measure, name, form.cleaned_data.get(name, getattr(measure, name)))
    measure.cause = form.causes.get(measure.cause_key, "")
    if measure.amount is not None and form._is_share(measure.indicator):
        measure.amount /= 100
    return JsonResponse({"faults": _faults(measure), "said": {}})


@requires(permissions.PLAN_WRITE)
@require_POST
def measure_do(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a measure out of a draft, or move one of a plan under way."""
    one = found(queries.measures_for(request.user), pk, "plan__problem", "owner", "department")
    address = address_of(request)
    if request.POST.get("do") == "remove":
        return done(
            request, lambda: services.measure_remove(actor=request.user, measure=one, address=address), page(one.plan)
        )
    state, reason = request.POST.get("state", ""), request.POST.get("reason", "")
    return done(
        request,
        lambda: services.measure_move(actor=request.user, measure=one, state=state, reason=reason, address=address),
        page(one.plan),
    )
