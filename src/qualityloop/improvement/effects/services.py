"""Evaluating what frozen plans predicted, and computing a kept evaluation once more."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from qualityloop.analysis.indicators.values import Progress
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.diagnosis.store import standard_hash
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.lake import current_lake
from qualityloop.foundation.models import User
from qualityloop.foundation.webhooks import announce
from qualityloop.improvement.effects import actions, asking, notices
from qualityloop.improvement.effects.models import Evaluation, Verdict
from qualityloop.improvement.effects.queries import newest_of
from qualityloop.improvement.plans.models import Measure, MeasureState
from qualityloop.improvement.plans.models.reviews import Missed
from qualityloop.improvement.plans.queries import current_plan, frozen_predictions
from qualityloop.improvement.plans.services.reviews import review_open
from qualityloop.improvement.problems.models import Problem

DAYS = ("effect_until", "baseline_from", "baseline_until", "starts_on", "due_on")


@dataclass(frozen=True, slots=True)
class Computed:
    """An answer with what was asked; without a question where none could be asked."""

    asked: asking.Asked | None
    result: dict[str, Any]


def judged_predictions(problem: Problem) -> list[dict[str, Any]]:
    """The predictions of the frozen plan that can be judged, without those of measures that were given up."""
    dropped = set(
        Measure.objects.filter(plan__problem=problem, state=MeasureState.DROPPED).values_list("pk", flat=True)
    )
    return [one for one in frozen_predictions(problem) if asking.is_judged(one) and one["measure"] not in dropped]


def evaluate_problem(
    *, actor: User | None, problem: Problem, progress: Progress | None = None, address: str = ""
) -> list[Evaluation]:
    """Evaluate every prediction of a problem's frozen plan by the newest rows; the same rows give the same evaluation.

    ValidationError where there is nothing to evaluate, AnalysisError where there are no rows at all.
    """
    if problem.is_closed:
        raise ValidationError(_("The problem is closed; open it again first."))
    predictions = judged_predictions(problem)
    if not predictions:
        raise ValidationError(_("No plan has begun here that predicts anything."))
    lake = current_lake()
    if lake is None:
        raise AnalysisError(message("there are no rows that the indicator could be computed from"))
    return [
        evaluate(actor=actor, problem=problem, prediction=one, lake=lake, progress=progress, address=address)
        for one in predictions
    ]


def evaluate(
    *,
    actor: User | None,
    problem: Problem,
    prediction: dict[str, Any],
    lake: Lake,
    progress: Progress | None = None,
    address: str = "",
) -> Evaluation:
    """Evaluate one frozen prediction; the one that is kept about the same question and rows stays the one.

    After the day that the plan set, “not effective” and a prediction that was missed open the 48-hour review.
    """
    before = newest_of(prediction["measure"], prediction["frozen_hash"])
    told_on = before.until if before is not None and before.final else None
    if before is not None and before.final and before.verdict == Verdict.CANNOT_TELL and before.told_on:
        told_on = before.told_on
    found = _computed(lake, prediction, problem.standard, told_on, progress)
    fingerprint = found.asked.fingerprint if found.asked else _fingerprint(prediction, found.result)
    where = {
        "measure_id": prediction["measure"], "plan_hash": prediction["frozen_hash"], "snapshot": lake.snapshot,
        "question_hash": fingerprint,
    }  # fmt: skip
    if (kept := Evaluation.objects.filter(**where).first()) is not None:
        return kept
    try:
        with transaction.atomic():
            return _keep(
                actor=actor, problem=problem, prediction=prediction, found=found, where=where, address=address
            )  # fmt: skip
    except IntegrityError:  # somebody evaluated it a moment ago
        kept = Evaluation.objects.filter(**where).first()
        if kept is None:
            raise
        return kept


def _computed(
    lake: Lake, prediction: dict[str, Any], preferred: str, told_on: date | None, progress: Progress | None
) -> Computed:
    try:
        asked = asking.asked_of(lake, prediction, preferred=preferred, told_on=told_on)
    except AnalysisError as error:
        return Computed(None, asking.cannot(prediction["indicator"], error))
    try:
        return Computed(asked, asking.answer(lake, asked, progress))
    except AnalysisError as error:
        return Computed(asked, asking.cannot(prediction["indicator"], error))


def _keep(
    *,
    actor: User | None,
    problem: Problem,
    prediction: dict[str, Any],
    found: Computed,
    where: dict[str, Any],
    address: str,
) -> Evaluation:
    plan = current_plan(problem)
    if plan is None or plan.frozen_hash != prediction["frozen_hash"]:
        raise ValidationError(_("Another version of the plan has begun meanwhile."))
    asked, result = found.asked, found.result
    estimate = result.get("estimate") or {}
    one = Evaluation.objects.create(
        problem=problem, plan=plan, by=actor, prediction=json.loads(json.dumps(prediction, default=_plain)),
        indicator=prediction["indicator"], standard=asked.standard.key if asked else "",
        standard_version=asked.standard.version if asked else "",
        standard_hash=standard_hash(asked.standard) if asked else "", starts_on=prediction["starts_on"],
        until=asked.question.until if asked else None, final=bool(asked and asked.final), method=result["method"],
        verdict=result["verdict"], reached=result.get("reached") or "", value=estimate.get("value"),
        low=estimate.get("low"), high=estimate.get("high"), expected=result.get("expected_change"),
        told_on=result.get("until_told"), result=result, **where,
    )  # fmt: skip
    one.refresh_from_db()
    after = {"verdict": one.verdict, "final": one.final, "value": one.value, "low": one.low, "high": one.high,
             "snapshot": one.snapshot, "plan": plan.number}  # fmt: skip
    record(actor=actor, action=actions.EVALUATED, record=one, before=None, after=after, address=address)
    if one.final:
        notices.effect_told(one)
    announce(notices.EFFECT_EVALUATED.key, notices.effect_said(one))
    if one.final and (one.verdict == Verdict.NOT_EFFECTIVE or one.reached == "no"):
        what = result["sentence"]["zh"]
        review_open(actor=actor, measure=one.measure, missed=Missed.PREDICTION, what=what, address=address)
    return one


@dataclass(frozen=True, slots=True)
class Again:
    """Whether an evaluation comes out the same once more; None where that cannot be tried, and why."""

    same: bool | None
    why: str


def compute_again(evaluation: Evaluation) -> Again:
    """Compute a kept evaluation once more from its snapshot, if that still exists; nothing is written."""
    lake = current_lake()
    if lake is None or lake.snapshot != evaluation.snapshot:
        return Again(None, _("The rows have changed since; the snapshot of this evaluation no longer exists."))
    prediction = thawed(evaluation.prediction)
    told_on = evaluation.until if evaluation.final else None
    found = _computed(lake, prediction, evaluation.problem.standard, told_on, None)
    if found.asked is not None and found.asked.fingerprint != evaluation.question_hash:
        return Again(None, _("The program or the definition of the indicator is another one now."))
    if found.result == evaluation.result:
        return Again(True, _("Computed again: every number is the same."))
    return Again(False, _("Computed again: the numbers differ from those that are kept."))


def thawed(prediction: dict[str, Any]) -> dict[str, Any]:
    """A prediction as it was kept, days and instants as such."""
    days = {name: date.fromisoformat(prediction[name]) if prediction[name] else None for name in DAYS}
    return {**prediction, **days, "frozen_at": datetime.fromisoformat(prediction["frozen_at"])}


def _fingerprint(prediction: dict[str, Any], result: dict[str, Any]) -> str:
    said = json.dumps([prediction, result["sentence"]], sort_keys=True, default=_plain)
    return hashlib.sha256(said.encode()).hexdigest()


def _plain(thing: Any) -> str:
    return str(thing.isoformat())
