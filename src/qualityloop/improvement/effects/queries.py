"""Reading evaluations and proposals, for whoever asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from qualityloop.improvement.effects.models import Evaluation, Proposal, Verdict
from qualityloop.improvement.plans.freezing import is_intact
from qualityloop.improvement.plans.models import Measure, MeasureState, Plan, PlanState
from qualityloop.improvement.plans.queries import current_plan
from qualityloop.improvement.problems.models import Problem, State
from qualityloop.improvement.problems.queries import problems_for

RELATED = ("problem__owner__user", "plan__author", "measure__owner__user", "by")


def evaluations_for(user: object) -> QuerySet[Evaluation]:
    """Evaluations of the problems that `user` may see."""
    return Evaluation.objects.filter(problem__in=problems_for(user).values("pk"))


def proposals_for(user: object) -> QuerySet[Proposal]:
    """Proposals from the problems that `user` may see."""
    return Proposal.objects.filter(problem__in=problems_for(user).values("pk"))


def newest_of(measure: int, plan_hash: str) -> Evaluation | None:
    """The newest evaluation of a measure's prediction; one after the day that was set comes before any early look."""
    rows = Evaluation.objects.filter(measure=measure, plan_hash=plan_hash)
    return rows.order_by("-final", "-until", "-at", "-pk").first()


def newest_of_problem(problem: Problem) -> list[Evaluation]:
    """The newest evaluation of every prediction of the plan in force."""
    plan = current_plan(problem)
    if plan is None or not plan.is_frozen:
        return []
    return _newest(problem, plan)


def _newest(problem: Problem, plan: Plan) -> list[Evaluation]:
    rows = Evaluation.objects.filter(problem=problem, plan_hash=plan.frozen_hash).select_related(*RELATED)
    found: dict[int, Evaluation] = {}
    for one in rows.order_by("-final", "-until", "-at", "-pk"):
        found.setdefault(one.measure_id, one)
    return [found[pk] for pk in sorted(found)]


def newest_by_measure(measures: Iterable[Measure]) -> dict[int, Evaluation]:
    """The newest evaluation of each measure's frozen prediction, by the keys of the measures; one query."""
    hashes = {one.pk: one.plan.frozen_hash for one in measures}
    rows = Evaluation.objects.filter(measure__in=list(hashes)).select_related("plan", "measure")
    found: dict[int, Evaluation] = {}
    for one in rows.order_by("-final", "-until", "-at", "-pk"):
        if one.plan_hash == hashes[one.measure_id]:
            found.setdefault(one.measure_id, one)
    return found


def is_proof(one: Evaluation) -> bool:
    """Whether an evaluation proves: effective, on the day set or later, of a prediction made before that day."""
    if one.verdict != Verdict.EFFECTIVE or not one.final or one.plan.frozen_at is None:
        return False
    goal = one.prediction.get("effect_until")
    return bool(goal) and timezone.localtime(one.plan.frozen_at).date().isoformat() < str(goal)


def proves(problem: Problem) -> bool:
    """Whether at least one prediction of the frozen plan in force came true by its newest evaluation."""
    plan = current_plan(problem)
    if plan is None or not plan.is_frozen or not is_intact(plan):
        return False
    dropped = set(Measure.objects.filter(plan=plan, state=MeasureState.DROPPED).values_list("pk", flat=True))
    return any(is_proof(one) for one in _newest(problem, plan) if one.measure_id not in dropped)


def due_problems() -> list[Problem]:
    """Open problems with a prediction whose day is over."""
    today = timezone.localdate()
    measures = Measure.objects.filter(
        plan__state__in=(PlanState.EXECUTING, PlanState.DONE), effect_until__lt=today
    ).exclude(plan__problem__state=State.CLOSED)
    return list(Problem.objects.filter(pk__in=measures.values("plan__problem")).order_by("pk"))


def is_due(prediction: dict[str, Any]) -> bool:
    """Whether a prediction waits for its evaluation: its day is over and nothing was told, or can be told by now."""
    today = timezone.localdate()
    goal = prediction["effect_until"]
    if goal is None or goal >= today:
        return False
    newest = newest_of(prediction["measure"], prediction["frozen_hash"])
    if newest is None or not newest.final:
        return newest is None or newest.at < timezone.now() - timedelta(hours=12)
    told = newest.told_on
    waits = newest.verdict == Verdict.CANNOT_TELL and told is not None
    return waits and told is not None and told < today and (newest.until is None or newest.until < told)
