"""The same calculation where nothing was done: at earlier dates, and in the untouched groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from qualityloop.analysis.effect.analyses import Analysis
from qualityloop.analysis.effect.choosing import impossible
from qualityloop.analysis.effect.model import Estimate, Method, Phase, Placebo, Question
from qualityloop.analysis.effect.series import Series
from qualityloop.analysis.effect.verdict import judge
from qualityloop.analysis.indicators.values import Group

Analyse = Callable[[Series], Analysis]
MOST_DATES = 30
OFTEN = 0.2  # more “effects” than this where nothing was done cast doubt on the real one


def dates(series: Series, question: Question, method: Method, analyse: Analyse) -> Placebo | None:
    """Every earlier period as if the measure had begun there, with the data before the real start only."""
    before = np.flatnonzero(np.array([phase == "before" for phase in series.phases]))
    found: list[tuple[str, Estimate]] = []
    possible = []
    keep = np.zeros(len(series.periods), dtype=bool)
    keep[before] = True
    for at in range(1, len(before)):
        phases: list[Phase] = ["before" if i < at else "after" for i in range(len(before))]
        pretended = series.within(keep, phases)
        if impossible(pretended, method) is None:
            possible.append((series.periods[before[at]], pretended))
    for at in _spread(len(possible)):
        day, pretended = possible[at]
        found.append((day.isoformat(), analyse(pretended).estimate))
    return _placebo("dates", found, question)


def groups(
    series: Series, question: Question, method: Method, analyse: Analyse, names: Callable[[Group], str]
) -> Placebo | None:
    """Every untouched group as if it were the treated one, compared with the other untouched ones."""
    found = []
    for group, line in series.untouched.items():
        others = {g: other for g, other in series.untouched.items() if g != group}
        pretended = Series(series.kind, series.grain, series.periods, series.phases, line, {group: line}, others)
        if impossible(pretended, method) is None:
            found.append((names(group), analyse(pretended).estimate))
    return _placebo("groups", found, question)


def _spread(count: int) -> Iterable[int]:
    """All positions, or MOST_DATES of them evenly apart."""
    return range(count) if count <= MOST_DATES else np.linspace(0, count - 1, MOST_DATES).round().astype(int).tolist()


def _placebo(what: str, found: list[tuple[str, Estimate]], question: Question) -> Placebo | None:
    if not found:
        return None
    hits = sum(judge(estimate, question) == "effective" for _, estimate in found)
    return Placebo("dates" if what == "dates" else "groups", len(found), hits, tuple(found))
