"""What a round comes to: shares of points and of cases that conform, with intervals where they were sampled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from qualityloop.analysis.intervals import wilson
from qualityloop.improvement.audits.models import Answer, Part, Point, Round


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `n`; `low` and `high` only where it was sampled."""

    hits: int
    n: int
    low: float | None = None
    high: float | None = None

    @property
    def value(self) -> float | None:
        """The share, None of nothing."""
        return self.hits / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Result:
    """`points`: those that conform wholly among those that apply; `cases`: cases looked at, of all points."""

    counts: dict[str, int]
    points: Share
    cases: Share
    parts: tuple[tuple[str, Share], ...]
    unanswered: int


def sampled(hits: int, n: int, population: int | None = None) -> Share:
    """A share of a sample with its Wilson interval; `population` where a good part of all was drawn."""
    if not n:
        return Share(0, 0)
    low, high = wilson(hits, n, population=population)
    return Share(hits, n, float(low), float(high))


def result_of(of: Round, points: Iterable[Point]) -> Result:
    """What the answers so far come to; where points were drawn, their share has an interval for all points."""
    every = list(points)
    counts = Counter(one.answer for one in every)
    judged = [one for one in every if one.answer and one.answer != Answer.NOT_APPLICABLE]
    hits = sum(one.answer == Answer.CONFORMS for one in judged)
    looked = [one for one in judged if one.looked]
    cases = sampled(sum(one.fine or 0 for one in looked), sum(one.looked or 0 for one in looked))
    return Result(
        counts={answer.value: counts[answer.value] for answer in Answer},
        points=_points(of, judged, hits),
        cases=cases,
        parts=tuple(_parts(judged)),
        unanswered=counts[""],
    )


def _points(of: Round, judged: list[Point], hits: int) -> Share:
    """Over all points; with an interval over the drawn ones only, where points were drawn."""
    if of.drawn is None or of.available is None or of.drawn >= of.available:
        return Share(hits, len(judged))
    made = [one for one in judged if one.part not in {Part.OWN, Part.FOLLOW_UP}]  # these were not drawn
    return sampled(sum(one.answer == Answer.CONFORMS for one in made), len(made), of.available)


def _parts(judged: list[Point]) -> Iterable[tuple[str, Share]]:
    for part in Part:
        mine = [one for one in judged if one.part == part]
        if mine:
            yield part.value, Share(sum(one.answer == Answer.CONFORMS for one in mine), len(mine))
