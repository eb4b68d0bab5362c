"""持续改进台账: what every year brought, of what a person may see."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.utils import timezone

from qualityloop.improvement.effects.models import Evaluation, Proposal, ProposalState
from qualityloop.improvement.plans.account import outcome_of
from qualityloop.improvement.plans.models import Measure, PlanState
from qualityloop.improvement.problems.models import State
from qualityloop.improvement.problems.queries import problems_for


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
    return sorted(found.values(), key=lambda one: -one.year)


def _judge(seen: object, of: object) -> None:
    newest: dict[int, Evaluation] = {}
    rows = Evaluation.objects.filter(problem__in=seen.values("pk"), final=True).defer("result", "prediction")  # type: ignore[attr-defined]
    for one in rows.select_related("measure").order_by("at", "pk"):
        newest[one.measure_id] = one
    for one in newest.values():
        year: Year = of(one.at)  # type: ignore[operator]
        year.verdicts[one.verdict] += 1
        if one.verdict == "effective" and one.measure.account:
            net = outcome_of(one.measure.account).net
            year.low, year.mean, year.high = year.low + net.low, year.mean + net.mean, year.high + net.high
            year.counted += 1
