"""Operations on effects and proposals; the lists are served by themselves."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import BaseModel, Field

from qualityloop.foundation.api import Strict, allows, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.improvement.effects import services, standardising
from qualityloop.improvement.effects.models import Evaluation, Proposal
from qualityloop.improvement.effects.permissions import EFFECTS, EVALUATE, STANDARDISE
from qualityloop.improvement.effects.views import evaluation_or_404, problem_or_404
from qualityloop.improvement.effects.views_proposals import proposal_or_404
from qualityloop.improvement.plans.api.answers import named, tried
from qualityloop.people.models import Staff
from qualityloop.standards.versions.models import Document

effects = Router(tags=[spoken(_("Effects"))])
proposals = Router(tags=[spoken(_("Proposals for standards"))])

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class EvaluationAnswer(BaseModel):
    """An evaluation in short."""

    id: int
    problem: int
    measure: int
    verdict: str
    final: bool
    reached: str
    value: float | None
    low: float | None
    high: float | None
    expected: float | None
    told_on: date | None
    method: str
    standard: str
    standard_version: str
    snapshot: str
    plan_hash: str
    at: datetime
    sentence: dict[str, str]


class AgainAnswer(BaseModel):
    """Whether an evaluation comes out the same once more; nothing where that cannot be tried."""

    same: bool | None
    why: str


class ProposalAnswer(BaseModel):
    """A proposal for a standard."""

    id: int
    problem: int
    measure: int
    evaluation: int
    kind: str
    title: str
    text: str
    target: float | None
    warning: float | None
    document: int | None
    version: int | None
    owner: int | None
    state: str
    reason: str


class ProposalChange(Strict):
    """What is to be changed; what is left out stays."""

    title: str | None = Field(None, min_length=1, max_length=200)
    text: str | None = Field(None, max_length=4000)
    target: Finite | None = None
    warning: Finite | None = None
    document: Number | None = Field(None, description=spoken(_("Id of a standard document")))
    owner: Number | None = Field(None, description=spoken(_("Id of a member of staff")))


class ProposalDecision(Strict):
    """What is decided about a proposal."""

    decision: Literal["accept", "reject", "finish"]
    reason: str = Field("", max_length=2000)


@effects.post(
    "/of-problem/{pk}",
    response=list[EvaluationAnswer],
    operation_id="effects_evaluate",
    **allows(
        EVALUATE,
        _("Evaluate the effects of a problem's plan"),
        _("By the newest rows; the same question and rows give the evaluation that is kept."),
    ),
)
def evaluate(request: HttpRequest, pk: Key) -> list[dict[str, Any]]:
    """By the newest rows; the same question and rows give the evaluation that is kept."""
    one = problem_or_404(request, pk)
    given: dict[str, Any] = {"actor": request.user, "problem": one, "address": address_of(request)}
    return [answer(found) for found in tried(lambda: services.evaluate_problem(**given))]


@effects.get(
    "/{pk}/whole",
    response=dict[str, Any],
    operation_id="effects_whole",
    **allows(EFFECTS, _("An evaluation with everything behind it"), _("Series, counterfactual, placebos, figures.")),
)
def whole(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Series, counterfactual, placebos, figures."""
    one = evaluation_or_404(request, pk)
    result = {key: value for key, value in one.result.items() if key != "pictures"}
    return {"evaluation": {**answer(one), "at": one.at.isoformat()}, "prediction": one.prediction, "result": result}


@effects.post(
    "/{pk}/again",
    response=AgainAnswer,
    operation_id="effects_again",
    **allows(EFFECTS, _("Compute an evaluation again"), _("Says whether every number is the same; writes nothing.")),
)
def again(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Says whether every number is the same; writes nothing."""
    found = services.compute_again(evaluation_or_404(request, pk))
    return {"same": found.same, "why": found.why}


@effects.post(
    "/of-problem/{pk}/propose",
    response=list[ProposalAnswer],
    operation_id="effects_propose",
    **allows(STANDARDISE, _("Propose changes to standards"), _("From what is proven; answers the new ones.")),
)
def propose(request: HttpRequest, pk: Key) -> list[dict[str, Any]]:
    """From what is proven; answers the new ones."""
    one = problem_or_404(request, pk)
    given: dict[str, Any] = {"actor": request.user, "problem": one, "address": address_of(request)}
    return [proposal_answer(made) for made in tried(lambda: standardising.propose(**given))]


@proposals.patch(
    "/{pk}",
    response=ProposalAnswer,
    operation_id="standard_proposals_change",
    **allows(STANDARDISE, _("Change a proposal"), _("Only while nobody has decided on it.")),
)
def change(request: HttpRequest, pk: Key, values: ProposalChange) -> dict[str, Any]:
    """Only while nobody has decided on it."""
    one = proposal_or_404(request, pk)
    given: dict[str, Any] = values.model_dump(exclude_unset=True)
    for name, model in (("owner", Staff), ("document", Document)):
        if name in given:
            given[name] = named(model, given[name])
    said: dict[str, Any] = {"actor": request.user, "proposal": one, "address": address_of(request), **given}
    return proposal_answer(tried(lambda: standardising.proposal_change(**said)))


@proposals.post(
    "/{pk}/decide",
    response=ProposalAnswer,
    operation_id="standard_proposals_decide",
    **allows(STANDARDISE, _("Decide on a proposal"), _("Accepting begins the draft of a version in the standards.")),
)
def decide(request: HttpRequest, pk: Key, decision: ProposalDecision) -> dict[str, Any]:
    """Accepting begins the draft of a version in the standards."""
    one = proposal_or_404(request, pk)
    given: dict[str, Any] = {"actor": request.user, "proposal": one, "address": address_of(request)}
    if decision.decision == "accept":
        return proposal_answer(tried(lambda: standardising.accept(**given)))
    work = standardising.reject if decision.decision == "reject" else standardising.finish
    return proposal_answer(tried(lambda: work(**given, reason=decision.reason)))


def answer(one: Evaluation) -> dict[str, Any]:
    """An evaluation in short."""
    names = ("verdict", "final", "reached", "value", "low", "high", "expected", "told_on", "method", "standard",
             "standard_version", "snapshot", "plan_hash", "at")  # fmt: skip
    return {
        "id": one.pk, "problem": one.problem_id, "measure": one.measure_id, "sentence": one.result["sentence"],
        **{name: getattr(one, name) for name in names},
    }  # fmt: skip


def proposal_answer(one: Proposal) -> dict[str, Any]:
    """A proposal."""
    keys = ("problem", "measure", "evaluation", "document", "version", "owner")
    names = ("kind", "title", "text", "target", "warning", "state", "reason")
    return {
        "id": one.pk,
        **{key: getattr(one, f"{key}_id") for key in keys},
        **{name: getattr(one, name) for name in names},
    }


register_router("effects", effects)
register_router("standard-proposals", proposals)
