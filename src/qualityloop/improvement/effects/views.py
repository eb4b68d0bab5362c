"""Pages 效果评估: what became of a problem's predictions, and one evaluation with everything behind it."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from qualityloop.diagnosis.permissions import ROWS
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.panels import Fact, fact, record_page
from qualityloop.foundation.permissions import requires
from qualityloop.foundation.wording import language
from qualityloop.improvement.effects import jobs, presentation, services
from qualityloop.improvement.effects.models import Evaluation, Proposal
from qualityloop.improvement.effects.notices import page_of
from qualityloop.improvement.effects.permissions import EFFECTS, EVALUATE, STANDARDISE
from qualityloop.improvement.effects.queries import RELATED, evaluations_for, newest_of_problem, proves
from qualityloop.improvement.plans.models import Measure
from qualityloop.improvement.plans.presentation import prediction_words
from qualityloop.improvement.problems.models import Problem
from qualityloop.improvement.problems.presentation import page_of as problem_page
from qualityloop.improvement.problems.queries import problem_whole
from qualityloop.standards.versions.queries import titled


def problem_or_404(request: HttpRequest, pk: int) -> Problem:
    """A problem that the person may see."""
    one = problem_whole(request.user, pk)
    if one is None:
        raise Http404
    return one


def evaluation_or_404(request: HttpRequest, pk: int) -> Evaluation:
    """An evaluation of a problem that the person may see."""
    one = evaluations_for(request.user).select_related(*RELATED).filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


@requires(EFFECTS)
@require_safe
def of_problem(request: HttpRequest, pk: int) -> HttpResponse:
    """The predictions of a problem's frozen plan, each with its newest evaluation, and the earlier ones."""
    one = problem_or_404(request, pk)
    predictions = services.judged_predictions(one)
    measures = Measure.objects.in_bulk([entry["measure"] for entry in predictions])
    newest = {row.measure_id: row for row in newest_of_problem(one)}
    rows = [
        {"measure": measures[entry["measure"]], "prediction": prediction_words(measures[entry["measure"]]),
         "until": entry["effect_until"], **shown(newest.get(entry["measure"]))}
        for entry in predictions
    ]  # fmt: skip
    asked = f"effects-{one.pk}"
    run = JobRun.objects.filter(key=jobs.EVALUATE, once=asked).order_by("-pk").first()
    context = {
        "problem": one, "rows": rows, "proven": proves(one), "run": run if run and (run.is_live or run.error) else None,
        "crumbs": [(problem_page(one), one.number)], "may": EVALUATE.allows(request.user) and not one.is_closed,
        "earlier": evaluations_for(request.user).filter(problem=one).select_related("measure"),
        "proposals": Proposal.objects.filter(problem=one).select_related("owner", "version__document"),
        "may_propose": STANDARDISE.allows(request.user), "tones": presentation.PROPOSAL_TONES,
    }  # fmt: skip
    return render(request, "effects/of_problem.html", context)


def shown(one: Evaluation | None) -> dict[str, object]:
    """An evaluation as a card shows it."""
    if one is None:
        return {"evaluation": None}
    return {
        "evaluation": one, "tone": presentation.VERDICT_TONES[one.verdict], "said": presentation.said(one),
        "when": presentation.when_words(one),
    }  # fmt: skip


@requires(EVALUATE)
@require_POST
def evaluate(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the predictions of a problem evaluated by the newest rows, in the background."""
    one = problem_or_404(request, pk)
    if one.is_closed or not services.judged_predictions(one):
        messages.error(request, _("No plan has begun here that predicts anything."))
    else:
        with transaction.atomic():
            enqueue(
                jobs.EVALUATE, actor=request.user,  # type: ignore[arg-type]
                once=f"effects-{one.pk}",
                problem=one.pk, asked_by=request.user.pk, address=address_of(request),
            )  # fmt: skip
    return redirect("improvement_effects:of_problem", one.pk)


@requires(EFFECTS)
@require_safe
def evaluation(request: HttpRequest, pk: int) -> HttpResponse:
    """One evaluation: verdict, picture, figures, placebos, cautions, periods with the rows behind them."""
    one = evaluation_or_404(request, pk)
    result = one.result
    context = {
        "title": one.measure.title, "subtitle": result["name"][language()],
        "crumbs": [(problem_page(one.problem), one.problem.number),
                   (reverse("improvement_effects:of_problem", args=[one.problem_id]), _("Effects"))],
        "status_word": one.get_verdict_display(), "status_tone": presentation.VERDICT_TONES[one.verdict],  # type: ignore[attr-defined]
        "said": presentation.said(one), "when": presentation.when_words(one),
        "picture": result.get("pictures", {}).get(language()),
        "change": [presentation.change_words(one, value) for value in (one.value, one.low, one.high)],
        "expected": presentation.change_words(one, one.expected), "figures": presentation.figures(one),
        "placebos": presentation.placebos(one), "cautions": presentation.cautions(one),
        "periods": presentation.periods(one, with_rows=ROWS.allows(request.user)),
        "prediction": prediction_words(one.measure),
    }  # fmt: skip
    return record_page(request, one, "effects/evaluation.html", facts=_facts(one), context=context)


def _facts(one: Evaluation) -> list[Fact]:
    plan = reverse("improvement_plans:plan", args=[one.plan.pk])
    return [
        Fact(_("Problem"), one.problem.number, problem_page(one.problem)),
        Fact(_("Plan"), one.plan.number, plan),
        Fact(_("Plan frozen"), one.plan.frozen_at),
        Fact(_("Fingerprint of the plan"), one.plan_hash[:16]),
        Fact(_("start of the measure"), f"{one.starts_on:%Y-%m-%d}"),
        Fact(_("last day looked at"), f"{one.until:%Y-%m-%d}" if one.until else ""),
        Fact(_("Method"), one.result["method_name"][language()] if one.result["points"] else ""),
        Fact(_("Standard"), titled("indicators", one.standard, one.standard_version) if one.standard else ""),
        fact(one, "snapshot"),
        fact(one, "at"),
        Fact(_("Asked for by"), one.by or ""),
    ]


@requires(EFFECTS)
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Compute an evaluation once more from its snapshot and say whether it is the same."""
    one = evaluation_or_404(request, pk)
    found = services.compute_again(one)
    tell = messages.success if found.same else messages.warning if found.same is None else messages.error
    tell(request, found.why)
    return redirect(page_of(one))
