"""From values to a list of problems: one per indicator, the worst first, no two of the first three alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.indicators.evaluate.periods import shift
from qualityloop.analysis.indicators.language import parse_formula
from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.indicators.values import Values
from qualityloop.analysis.messages import LANGUAGES, Text
from qualityloop.analysis.problems.candidates import Candidate
from qualityloop.analysis.problems.explanation import Spans, explain
from qualityloop.analysis.problems.grading import ORDER, grade
from qualityloop.analysis.problems.periods import days_of
from qualityloop.analysis.problems.problem import Driver, Problem, Ranking
from qualityloop.analysis.problems.ranking import periods_missed, shortfall, signals_bad, worsening_factor
from qualityloop.analysis.problems.scan import Source
from qualityloop.analysis.problems.selection import EvaluateMore, Selection, affected_rows, select, span_of
from qualityloop.analysis.problems.sentences import Facts, sentence


def find_problems(
    source: Source, values: Values, standard: Standard, period: date, *, evaluate: EvaluateMore
) -> tuple[Problem, ...]:
    """The problems of `period`, ranked; `evaluate` computes (keys, groupings) over the same range as `values`."""
    selection = select(source, values, standard, period, evaluate=evaluate)
    problems = []
    for candidate in selection.chosen:
        indicator = candidate.indicator
        measure = selection.measures.get(indicator.key)
        drivers: tuple[Driver, ...] = ()
        if measure:
            drivers = explain(
                source, measure, candidate.group, _spans(candidate, values), selection.segments[indicator.key]
            )
        problems.append(_problem(candidate, selection, values, drivers))
    problems.sort(key=lambda problem: (ORDER[problem.grade], -problem.score, problem.indicator))
    return diverse(problems, standard)


def _problem(candidate: Candidate, selection: Selection, values: Values, drivers: tuple[Driver, ...]) -> Problem:
    indicator, better = candidate.indicator, candidate.indicator.better
    factor = worsening_factor(candidate.signal, candidate.history, better) if candidate.scope == "period" else 1.0
    certainty = 1.0 if candidate.q is None else 1.0 - candidate.q
    ranking = Ranking(
        affected_rows(candidate, selection), candidate.distance, certainty, factor, candidate.p, candidate.q
    )
    missed = periods_missed(candidate.history, candidate.target, better)
    found, reason = grade(
        indicator.kind,
        distance=candidate.distance,
        signal_bad=signals_bad(candidate.signal, better),
        missed_in_a_row=missed,
        overall_met=_overall(candidate, values) is not None,
    )
    chinese, english = (reason.in_language(language) for language in LANGUAGES)
    return Problem(
        rank=0,
        indicator=indicator.key,
        group=candidate.group,
        period=candidate.until or candidate.period,
        grade=found,
        value=candidate.value,
        target=candidate.target,
        warning=candidate.warning,
        n=candidate.n,
        low=candidate.low,
        high=candidate.high,
        affected=ranking.affected,
        worsening=factor > 1,
        score=ranking.score,
        previous=candidate.previous,
        months_missed=missed,
        sentence=_sentence(candidate, values, drivers, missed, factor > 1),
        drivers=drivers,
        ranking=ranking,
        reason=Text(chinese, english),
        signal=candidate.signal,
        scope=candidate.scope,
    )


def _sentence(candidate: Candidate, values: Values, drivers: Sequence[Driver], missed: int, worsening: bool) -> Text:
    indicator = candidate.indicator
    return sentence(
        Facts(
            indicator=indicator,
            dataset=DATASETS[indicator.dataset],
            grain=values.grain,
            period=candidate.period,
            until=candidate.until,
            group=candidate.group,
            value=candidate.value,
            target=candidate.target,
            n=candidate.n,
            numerator=candidate.numerator,
            denominator=candidate.denominator,
            previous=candidate.previous,
            worsening=worsening,
            missed=missed,
            overall=_overall(candidate, values),
            drivers=drivers,
            own_history=candidate.own_history,
        )
    )


def _overall(candidate: Candidate, values: Values) -> float | None:
    """The value of everything, where the problem is a group's and everything together meets the target."""
    if not candidate.group:
        return None
    for value in values.series(candidate.indicator.key):
        met = value.value is not None and shortfall(value.value, candidate.target, candidate.indicator.better) <= 0
        if value.period == candidate.period and met:
            return value.value
    return None


def _spans(candidate: Candidate, values: Values) -> Spans:
    """The days to split: the period with the one before and the good ones before it, or the whole range."""
    span = span_of(candidate, values)
    if candidate.scope == "range":
        return Spans((span,))
    better, earlier = candidate.indicator.better, []
    for value in values.series(candidate.indicator.key, candidate.group):
        if value.period < candidate.period and value.value is not None:
            earlier.append((value, shortfall(value.value, candidate.target, better) <= 0))
    reference = [v for v, good in earlier if good and not signals_bad(v.signal, better)] or [v for v, _ in earlier]
    return Spans(
        (span,),
        (days_of(shift(candidate.period, values.grain, -1), values),),
        tuple(days_of(value.period, values) for value in reference),
    )


def diverse(problems: Sequence[Problem], standard: Standard) -> tuple[Problem, ...]:
    """Number `problems`; those that share a root with an earlier one step back behind the first few."""
    first: list[Problem] = []
    later: list[Problem] = []
    twins: dict[str, str] = {}
    seen: list[Problem] = []
    for problem in problems:
        twin = next((other for other in seen if _same_root(problem, other, standard)), None)
        if twin is not None:
            twins[problem.indicator] = twins.get(twin.indicator, twin.indicator)
        fits = twin is None and len(first) < standard.problem_target
        (first if fits else later).append(problem)
        seen.append(problem)
    ranks = {problem.indicator: rank for rank, problem in enumerate([*first, *later], start=1)}
    return tuple(
        replace(p, rank=ranks[p.indicator], sibling_of=ranks.get(twins.get(p.indicator, ""))) for p in [*first, *later]
    )


def _same_root(problem: Problem, other: Problem, standard: Standard) -> bool:
    """Whether one's segment contains the other's, or both measure the same columns of the same rows."""
    here, there = _segment(problem), _segment(other)
    if here and there and (here <= there or there <= here):
        return True
    columns, same = _measured(problem, standard), _measured(other, standard)
    return bool(columns[2]) and columns == same


def _segment(problem: Problem) -> frozenset[tuple[str, str | None]]:
    return frozenset([*problem.group, *(problem.drivers[0].group if problem.drivers else ())])


def _measured(problem: Problem, standard: Standard) -> tuple[str, str | None, frozenset[str]]:
    indicator = standard.indicator(problem.indicator)
    formula = parse_formula(indicator.formula, DATASETS[indicator.dataset])
    return indicator.dataset, indicator.where, formula.columns
