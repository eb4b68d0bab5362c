"""Did the measure work? The question and the values in, the answer with everything behind it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.datasets import day_column
from qualityloop.analysis.effect import placebo
from qualityloop.analysis.effect.analyses import (
    Analysis,
    before_after,
    difference_in_differences,
    interrupted_series,
)
from qualityloop.analysis.effect.choosing import Choice, choose, impossible
from qualityloop.analysis.effect.model import Effect, Estimate, Method, Placebo, Point, Question, Verdict
from qualityloop.analysis.effect.series import Series, series_of
from qualityloop.analysis.effect.verdict import Saying, drifting, further_periods, judge, reached, sentence
from qualityloop.analysis.engine import Engine
from qualityloop.analysis.indicators.evaluate import evaluate
from qualityloop.analysis.indicators.evaluate.periods import last_day, shift
from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.indicators.values import Grain, Group, Progress, Values
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError, Message, message
from qualityloop.analysis.problems.wording import group_label

LITTLE_TREND = 12  # points before; below, a trend is hardly known


def evaluate_effect(values: Values, question: Question, *, days: tuple[date, date] | None = None) -> Effect:
    """The answer from values by period (and by the groups of the question); whole periods within `days` count."""
    series = series_of(values, question, days=days)
    choice = choose(series, question.planned)
    if choice.method == "none":
        return _without_method(series, question, choice, values)
    found = _analyse(series, choice.method, question, ahead=True)
    verdict = judge(found.estimate, question)
    placebos = _placebos(series, question, choice.method)
    second = _second(series, question, choice.method)
    warnings = [*_warnings(series, question, choice, found), *_doubts(placebos, second, found, question)]
    if verdict == "effective" and drifting(found):
        verdict = "cannot_tell_yet"
    return _answer(series, question, choice, found, verdict, placebos, second, warnings, values)


def effect_of_lake(
    lake: Lake,
    standard: Standard,
    question: Question,
    *,
    engine: Engine,
    grain: Grain = "week",
    since: date | None = None,
    others: bool = False,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Effect:
    """The same from the rows of a lake; from `since` or the first day of the indicator's dataset on.

    With `others` all groups that are not treated are the untouched ones.
    """
    indicator = question.indicator
    if indicator.dataset not in lake.datasets:
        raise AnalysisError(message("there are no rows that the indicator could be computed from"))
    days = lake.datasets[indicator.dataset].days(day_column(indicator.period))
    if days is None:
        raise AnalysisError(message("there are no rows that the indicator could be computed from"))
    first, last = max(days[0], since) if since else days[0], days[1]
    groups = (*question.treated, *question.untouched)
    values = evaluate(
        lake,
        standard,
        engine=engine,
        start=first,
        end=last,
        grain=grain,
        groupings=list(dict.fromkeys(tuple(column for column, _ in group) for group in groups if group)),
        indicators=[indicator.key],
        cache=cache,
        progress=progress,
    )
    for reason in values.not_computed:
        raise AnalysisError(reason.reason)
    if others:
        question = replace(question, untouched=other_groups(values, question.treated))
    known = {v.group for v in values.values}
    for group in groups:
        if group not in known:
            name = group_label(group, indicator.dataset, "zh")
            raise AnalysisError(message("the rows know no group “{group}”", group=name))
    return evaluate_effect(values, question, days=(first, last))


def other_groups(values: Values, treated: Sequence[Group]) -> tuple[Group, ...]:
    """All groups by the same columns that are not treated, rows without a value of the column left out."""
    columns = {tuple(column for column, _ in group) for group in treated if group}
    found = dict.fromkeys(v.group for v in values.values if tuple(column for column, _ in v.group) in columns)
    return tuple(g for g in found if g not in treated and all(value is not None for _, value in g))


def _analyse(series: Series, method: Method, question: Question, *, ahead: bool = False) -> Analysis:
    if method == "interrupted_series":
        return interrupted_series(series, slope=question.slope, ahead=ahead)
    if method == "difference_in_differences":
        return difference_in_differences(series, ahead=ahead)
    return before_after(series, ahead=ahead)


def _placebos(series: Series, question: Question, method: Method) -> tuple[Placebo, ...]:
    def analyse(pretended: Series) -> Analysis:
        return _analyse(pretended, method, question)

    def name(group: Group) -> str:
        return " · ".join(value or "" for _, value in group)

    tried = (
        placebo.dates(series, question, method, analyse),
        placebo.groups(series, question, method, analyse, name),
    )
    return tuple(p for p in tried if p)


def _second(series: Series, question: Question, method: Method) -> tuple[Method, Estimate] | None:
    """The comparison with untouched groups beside an interrupted series, or the other way round."""
    pair: dict[Method, Method] = {
        "interrupted_series": "difference_in_differences",
        "difference_in_differences": "interrupted_series",
    }
    other = pair.get(method)
    if other is None or impossible(series, other):
        return None
    return other, _analyse(series, other, question).estimate


def _warnings(series: Series, question: Question, choice: Choice, found: Analysis) -> list[Message]:
    said: list[Message] = [choice.obstacle] if choice.obstacle else []
    if choice.method == "interrupted_series" and (found.used & ~series.after).sum() < LITTLE_TREND:
        said.append(message("With so few periods before the start the trend is hardly known; the interval says so."))
    if found.linear:
        said.append(message("No case at all on one side of the start: the shares were taken for plain numbers."))
    if choice.method == "before_after_shares":
        said.append(
            message(
                "Before and after alone cannot tell the measure from a trend, a season, or a return to normal after a "
                "bad spell (regression to the mean)."
            )
        )
    if drifting(found):
        said.append(
            message(
                "Treated and untouched groups had been drifting apart before the start (p = {p}); "
                "their difference afterwards proves nothing.",
                p=f"{found.diagnostics.drift_p:.2f}",
            )
        )
    gaps = int(np.isnan(series.treated.value[np.array([p != "transition" for p in series.phases], dtype=bool)]).sum())
    if gaps:
        said.append(message("{count} periods have no value and are left out.", count=gaps))
    if question.slope and choice.method == "interrupted_series":
        said.append(message("With a change of slope the effect is the mean over the periods since the start."))
    return said


def _doubts(
    placebos: Sequence[Placebo], second: tuple[Method, Estimate] | None, found: Analysis, question: Question
) -> list[Message]:
    said = []
    for p in placebos:
        if p.effective > placebo.OFTEN * p.tried:
            words = {"count": p.effective, "tried": p.tried}
            said.append(
                message(
                    "The same calculation finds an effect at {count} of {tried} dates at which nothing began.", **words
                )
                if p.what == "dates"
                else message("The same calculation finds an effect in {count} of {tried} untouched groups.", **words)
            )
    if second and judge(second[1], question) != judge(found.estimate, question):
        said.append(message("A comparison by the other method comes to another verdict; look at both."))
    return said


def _sizes(series: Series) -> tuple[int, int, int, int]:
    used, after = series.used, series.after
    sides = (used & ~after, used & after)
    size = series.treated.numerator if series.kind == "count" else series.treated.size
    return (
        int(sides[0].sum()),
        int(sides[1].sum()),
        round(float(np.nansum(size[sides[0]]))),
        round(float(np.nansum(size[sides[1]]))),
    )


def _without_method(series: Series, question: Question, choice: Choice, values: Values) -> Effect:
    n, m, rows, since = _sizes(series)
    said = Saying(question, series.grain, "cannot_tell_yet", None, None, None)
    return Effect(
        question,
        series.kind,
        series.grain,
        "none",
        message("no method"),
        choice.reason,
        "cannot_tell_yet",
        sentence(said),
        _points(series, None),
        points_before=n,
        points_after=m,
        rows_before=rows,
        rows_after=since,
        warnings=(choice.obstacle,) if choice.obstacle else (),
        snapshot=values.snapshot,
    )


def _answer(  # noqa: PLR0917 - everything comes together here
    series: Series,
    question: Question,
    choice: Choice,
    found: Analysis,
    verdict: Verdict,
    placebos: tuple[Placebo, ...],
    second: tuple[Method, Estimate] | None,
    warnings: Sequence[Message],
    values: Values,
) -> Effect:
    further = further_periods(found, question.expected) if verdict == "cannot_tell_yet" else None
    got = reached(found.estimate, question)
    n, m, rows, since = _sizes(series)
    after = found.used & series.after
    weights = series.treated.size[after] if series.kind in ("share", "rate") else np.ones(int(after.sum()))
    observed = float(np.average(series.treated.value[after], weights=weights))
    told = last_day(shift(series.periods[-1], series.grain, further), series.grain) if further else None
    return Effect(
        question,
        series.kind,
        series.grain,
        choice.method,
        found.name,
        choice.reason,
        verdict,
        sentence(Saying(question, series.grain, verdict, found.estimate, got, further, drifting(found))),
        _points(series, found),
        found.estimate,
        observed,
        observed - found.estimate.value,
        got,
        further,
        told,
        n,
        m,
        rows,
        since,
        found.diagnostics,
        placebos,
        second,
        tuple(warnings),
        values.snapshot,
    )


def _points(series: Series, found: Analysis | None) -> tuple[Point, ...]:
    place = {int(i): k for k, i in enumerate(np.flatnonzero(found.used))} if found else {}

    def of(array: NDArray[np.float64] | None, i: int) -> float | None:
        return None if array is None or i not in place else float(array[place[i]])

    control = series.control
    points = []
    for i, period in enumerate(series.periods):
        value, size = series.treated.value[i], series.treated.size[i]
        n = series.treated.numerator[i] if series.kind == "count" else size
        points.append(
            Point(
                period,
                series.phases[i],
                None if np.isnan(value) else float(value),
                0 if np.isnan(n) else round(float(n)),
                of(found.fitted, i) if found else None,
                of(found.counterfactual, i) if found else None,
                of(found.band[0], i) if found and found.band else None,
                of(found.band[1], i) if found and found.band else None,
                None if np.isnan(control[i]) else float(control[i]),
            )
        )
    return tuple(points)
