"""持续改进台账: what every year brought, of what a person may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone

from qualityloop.improvement.effects.models import Evaluation, Proposal, ProposalState
from qualityloop.improvement.effects.queries import is_proof, newest_by_measure
from qualityloop.improvement.plans.account import outcome_of
from qualityloop.improvement.plans.models import Measure, MeasureState, PlanState
from qualityloop.improvement.problems.models import Problem, State
from qualityloop.improvement.problems.queries import problems_for


@dataclass(frozen=True, slots=True)
class Yield:
    """What a measure of a closed problem yielded: the change that was measured, beside the benefit that was predicted.

    `proof`: effective, on the day set or later, of a prediction made before it; without an evaluation nothing is known.
    """

    measure: Measure
    evaluation: Evaluation | None
    proof: bool
    benefit: tuple[float, float, float] | None  # net in a year, as the plan predicted: low, likely, high


@dataclass(slots=True)
class Year:
    """One year: problems opened and closed, measures begun, verdicts, standards changed, predicted benefit a year."""

    year: int
    opened: int = 0
    closed: int = 0
    measures: int = 0
    standards: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    low: float = 0.0
    mean: float = 0.0
    high: float = 0.0
    counted: int = 0  # measures with an account that proved effective
    yields: list[Yield] = field(default_factory=list)  # of problems that were closed in the year

    @property
    def proven(self) -> int:
        """Measures of closed problems whose effect is proven."""
        return sum(one.proof for one in self.yields)

    @property
    def unproven(self) -> int:
        """Measures of closed problems without proof: nothing of what they promised is counted."""
        return len(self.yields) - self.proven

    def predicted(self, *, proof: bool) -> tuple[float, float, float] | None:
        """Predicted benefit of the measures with or without proof, ranges added; None where no account was given."""
        ranges = [one.benefit for one in self.yields if one.proof == proof and one.benefit is not None]
        return (sum(r[0] for r in ranges), sum(r[1] for r in ranges), sum(r[2] for r in ranges)) if ranges else None

    @property
    def proven_benefit(self) -> tuple[float, float, float] | None:
        """Of the measures with proof."""
        return self.predicted(proof=True)

    @property
    def unproven_benefit(self) -> tuple[float, float, float] | None:
        """Of the measures without."""
        return self.predicted(proof=False)

    @property
    def judged(self) -> int:
        """Measures with a verdict."""
        return self.verdicts["effective"] + self.verdicts["not_effective"]

    @property
    def share(self) -> float | None:
        """Effective ones out of those that could be told."""
        return self.verdicts["effective"] / self.judged if self.judged else None


def years_for(user: object) -> list[Year]:
    """The years, the newest first."""
    found: dict[int, Year] = {}

    def of(moment: object) -> Year:
        year = timezone.localtime(moment).year  # type: ignore[arg-type]
        return found.setdefault(year, Year(year))

    seen = problems_for(user)
    for created, closed, state in seen.values_list("created_at", "closed_at", "state"):
        of(created).opened += 1
        if state == State.CLOSED and closed:
            of(closed).closed += 1
    under_way = (PlanState.EXECUTING, PlanState.DONE)
    begun = Measure.objects.filter(plan__problem__in=seen.values("pk"), plan__state__in=under_way)
    for frozen in begun.values_list("plan__frozen_at", flat=True):
        of(frozen).measures += 1
    done = Proposal.objects.filter(problem__in=seen.values("pk"), state=ProposalState.DONE)
    for at in done.values_list("done_at", flat=True):
        of(at).standards += 1
    _judge(seen, of)
    _yield(seen, of)
    return sorted(found.values(), key=lambda one: -one.year)


def _judge(seen: QuerySet[Problem], of: Callable[[object], Year]) -> None:
    newest: dict[int, Evaluation] = {}
    rows = Evaluation.objects.filter(problem__in=seen.values("pk"), final=True).defer("result", "prediction")
    for one in rows.select_related("measure").order_by("at", "pk"):
        newest[one.measure_id] = one
    for one in newest.values():
        year = of(one.at)
        year.verdicts[one.verdict] += 1
        if one.verdict == "effective" and one.measure.account:
            net = outcome_of(one.measure.account).net
            year.low, year.mean, year.high = year.low + net.low, year.mean + net.mean, year.high + net.high
            year.counted += 1


def _yield(seen: QuerySet[Problem], of: Callable[[object], Year]) -> None:
    """What the measures of closed problems yielded, in the year of the closing."""
    closed = seen.filter(state=State.CLOSED, closed_at__isnull=False)
    plans = Measure.objects.filter(
        plan__problem__in=closed.values("pk"), plan__state__in=(PlanState.EXECUTING, PlanState.DONE)
    ).exclude(state=MeasureState.DROPPED)  # fmt: skip
    rows = list(plans.select_related("plan__problem").order_by("plan__problem__closed_at", "pk"))
    newest = newest_by_measure(rows)
    for measure in rows:
        evaluation = newest.get(measure.pk)
        net = outcome_of(measure.account).net if measure.account else None
        benefit = (net.low, net.mean, net.high) if net is not None else None
        proof = evaluation is not None and is_proof(evaluation)
        of(measure.plan.problem.closed_at).yields.append(Yield(measure, evaluation, proof, benefit))
