"""Run rules of the control chart: patterns that a steady process hardly ever shows (Nelson 1984)."""

from __future__ import annotations

import numpy as np

from qualityloop.analysis.control import nelson
from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.warning.finding import Finding, Parameter, Rule, Settings
from qualityloop.analysis.warning.series import IndicatorSeries

KEY = "run_rules"
PATTERNS: dict[int, Message] = {
    1: message("a point beyond the control limits"),
    2: message("nine points on one side of the centre line"),
    3: message("six points rising or falling"),
    4: message("fourteen points up and down in turn"),
    5: message("two of three points beyond two sigma"),
    6: message("four of five points beyond one sigma"),
    7: message("fifteen points within one sigma"),
    8: message("eight points beyond one sigma"),
}
SIDELESS = frozenset({4, 7, 8})  # patterns that say nothing about better or worse
USUAL = frozenset({1, 2, 3, 5, 6})
# How often a steady process completes the pattern at a point: normal points, independent; 3 as 2/6!, 2 as 2/2⁹.
CHANCE = {1: 0.0027, 2: 0.0039, 3: 0.0028, 4: 0.0046, 5: 0.0031, 6: 0.0055, 7: 0.0033, 8: 0.0001}


def find(series: IndicatorSeries, settings: Settings) -> Finding | None:
    """A pattern that the newest point completes on the worse side; the first by number, the others named with it."""
    chart = series.chart()
    if chart is None:
        return None
    flags = nelson(chart.points, center=chart.center, sigma=chart.sigma)
    fired = [rule for rule in PATTERNS if settings[f"rule_{rule}"] and len(flags[rule]) and flags[rule][-1]]
    worse = [rule for rule in fired if rule in SIDELESS or _worse(rule, chart.points, chart.center, series.sign)]
    if not worse:
        return None
    value, first = series.newest, worse[0]
    limit = chart.lower[-1] if series.sign > 0 else chart.upper[-1]
    return Finding(
        KEY, series.indicator.key, series.group, value.period, series.until,
        "important" if first == 1 else "ordinary",
        message("Control chart: {pattern}", pattern=PATTERNS[first]),
        value.value, float(limit), value.n, value.low, value.high, CHANCE[first],
        {"rules": worse, "center": chart.center, "lower": float(chart.lower[-1]), "upper": float(chart.upper[-1])},
    )  # fmt: skip


def _worse(rule: int, points: np.ndarray, center: float, sign: int) -> bool:
    """Whether the pattern lies (or, for rule 3, moves) on the side that is worse."""
    if rule == 3:
        return bool(sign * (points[-1] - points[-2]) < 0)
    return bool(sign * (points[-1] - center) < 0)


RULE = Rule(
    KEY,
    message("Control chart signals"),
    message("The newest point completes a run pattern on the worse side of a chart with limits from earlier points."),
    "indicator",
    find,
    tuple(Parameter(f"rule_{rule}", name, float(rule in USUAL), 0, 1) for rule, name in PATTERNS.items()),
)
