"""Values as `evaluate` would give them, from plain numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from qualityloop.analysis.effect import Question
from qualityloop.analysis.indicators.evaluate.periods import last_day, shift
from qualityloop.analysis.indicators.loading import load_standard
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Grain, Group, Value, Values

FIRST = date(2024, 1, 1)
STANDARD = load_standard("after-sales")
SHARE = STANDARD.indicator("escalation_rate")  # lower is better
MEAN = STANDARD.indicator("resolution_hardware")  # hours, lower is better
RATE = STANDARD.indicator("complaint_rate")
COUNT = replace(SHARE, key="count", formula="count()", unit="count")
TEAM_A: Group = (("team", "A"),)


def team(name: str) -> Group:
    return (("team", name),)


Series = Sequence[tuple[float | None, float | None, float]]  # value, numerator, size


def shares(hits: Sequence[float], sizes: Sequence[float]) -> list[tuple[float | None, float | None, float]]:
    return [(h / n if n else None, h, n) for h, n in zip(hits, sizes, strict=True)]


def means(numbers: Sequence[float | None], n: int = 50) -> list[tuple[float | None, float | None, float]]:
    return [(x, None, n if x is not None else 0) for x in numbers]


def values(indicator: Indicator, series: Mapping[Group, Series], grain: Grain = "month") -> Values:
    """One value per period and group, the first period on FIRST."""
    interval = {"escalation_rate": "wilson", "complaint_rate": "poisson"}.get(indicator.key)
    made = [
        Value(
            indicator.key,
            shift(FIRST, grain, at),
            group,
            value,
            round(size),
            numerator,
            size if numerator is not None else None,
            None,
            None,
            interval,
            None,
        )
        for group, numbers in series.items()
        for at, (value, numerator, size) in enumerate(numbers)
    ]
    length = max(len(numbers) for numbers in series.values())
    end = last_day(shift(FIRST, grain, length - 1), grain)
    return Values("snapshot", "after-sales", "1", FIRST, end, grain, [()], made)


def question(indicator: Indicator, begins_at: int, grain: Grain = "month", **more: object) -> Question:
    """The measure begins with the period at this position."""
    asked = Question(indicator, shift(FIRST, grain, begins_at))
    return replace(asked, **more)  # type: ignore[arg-type]
