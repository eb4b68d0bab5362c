"""Which method the data allow, and why; a plan's own choice comes first where it is possible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualityloop.analysis.effect.analyses import groups_suffice
from qualityloop.analysis.effect.model import METHODS, Method
from qualityloop.analysis.effect.series import Series
from qualityloop.analysis.messages import Message, message

LEAST_POINTS = 8  # before and after, for an interrupted series
LEAST_BEFORE, LEAST_AFTER, LEAST_ALL = 5, 3, 10  # for difference in differences over time
LEAST_ROWS = 20  # before and after, for shares

METHOD_NAMES: dict[Method, Message] = {
    "interrupted_series": message("interrupted time series"),
    "difference_in_differences": message("difference in differences"),
    "before_after_shares": message("shares before and after"),
    "none": message("no method"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A method with its reason; `obstacle` says why the planned one could not be used."""

    method: Method
    reason: Message
    obstacle: Message | None = None


def choose(series: Series, planned: Method | None = None) -> Choice:
    """The planned method where it is possible, else the first of METHODS that is."""
    if planned and planned != "none":
        problem = impossible(series, planned)
        if problem is None:
            return Choice(planned, message("the plan named this method before the measure began"))
        found = choose(series)
        note = message(
            "The plan named {planned}, which is not possible: {problem}. {used} was used instead.",
            planned=METHOD_NAMES[planned],
            problem=problem,
            used=METHOD_NAMES[found.method],
        )
        return Choice(found.method, found.reason, note)
    problems: list[Message] = []
    for method in METHODS:
        problem = impossible(series, method)
        if problem is None:
            return Choice(method, _reason(series, method, problems))
        problems.append(problem)
    raise AssertionError("the last method is always possible")


def impossible(series: Series, method: Method) -> Message | None:
    """Why a method cannot be used on this series; None where it can."""
    used = series.used
    before, after = int((used & ~series.after).sum()), int((used & series.after).sum())
    if method == "none":
        return None
    if not before or not after:
        return message("there are {before} periods before and {after} after", before=before, after=after)
    if method == "interrupted_series":
        enough = min(before, after) >= LEAST_POINTS
        return _flat(series) if enough else _too_few(before, after)
    if method == "difference_in_differences":
        return _no_comparison(series)
    return _no_shares(series)


def _no_shares(series: Series) -> Message | None:
    if series.kind != "share":
        return message("the indicator is no share of rows")
    rows = [series.treated.size[series.used & side].sum() for side in (series.after, ~series.after)]
    return message("fewer than {least} rows before or after", least=LEAST_ROWS) if min(rows) < LEAST_ROWS else None


def _too_few(before: int, after: int) -> Message:
    return message(
        "{before} periods before and {after} after, {least} are needed on either side",
        before=before,
        after=after,
        least=LEAST_POINTS,
    )


def _flat(series: Series) -> Message | None:
    """A series without any variation has no error to judge by."""
    return message("every period has the same value") if np.ptp(series.treated.value[series.used]) == 0 else None


def _no_comparison(series: Series) -> Message | None:
    if not series.untouched:
        return message("there are no untouched groups")
    if series.kind == "count":
        return message("plain counts of groups of different size cannot be compared")
    used = series.used & ~np.isnan(series.control)
    before, after = int((used & ~series.after).sum()), int((used & series.after).sum())
    if groups_suffice(series) and before and after:
        return None
    if before < LEAST_BEFORE or after < LEAST_AFTER or before + after < LEAST_ALL:
        return message(
            "{before} periods before and {after} after are too few for so few groups", before=before, after=after
        )
    if np.ptp((series.treated.value - series.control)[used]) == 0:
        return message("every period has the same value")
    return None


def _reason(series: Series, method: Method, problems: list[Message]) -> Message:
    used = series.used
    before, after = int((used & ~series.after).sum()), int((used & series.after).sum())
    if method == "interrupted_series":
        return message(
            "{before} periods before and {after} after allow for trend and season", before=before, after=after
        )
    if method == "difference_in_differences":
        return message(
            "{problem}; {count} untouched groups show what happened anyway",
            problem=problems[0],
            count=len(series.untouched),
        )
    return _listed(problems)


def _listed(problems: list[Message]) -> Message:
    """Several reasons as one sentence."""
    said = problems[0]
    for problem in problems[1:]:
        said = message("{problem}; {second}", problem=said, second=problem)
    return said
