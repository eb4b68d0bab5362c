"""Two months below target: each of them, and surely enough together."""

from __future__ import annotations

import math
from itertools import pairwise

from qualityloop.analysis import special
from qualityloop.analysis.indicators.evaluate.periods import shift
from qualityloop.analysis.indicators.evaluate.status import MIN_ROWS
from qualityloop.analysis.messages import message
from qualityloop.analysis.problems.ranking import probability_met, shortfall
from qualityloop.analysis.warning.finding import Finding, Parameter, Rule, Settings
from qualityloop.analysis.warning.series import IndicatorSeries

KEY = "below_target"


def find(series: IndicatorSeries, settings: Settings) -> Finding | None:
    """The newest `months` values miss the target; by chance with a probability of at most `chance` (Stouffer 1949)."""
    indicator, needed = series.indicator, int(settings["months"])
    newest = series.values[-needed:]
    if indicator.target is None or series.grain != "month" or len(newest) < needed:
        return None
    if any(shift(a.period, "month", 1) != b.period for a, b in pairwise(newest)):
        return None
    scores = []
    for value in newest:
        few = value.interval is not None and value.n < MIN_ROWS
        if value.value is None or few or shortfall(value.value, indicator.target, indicator.better) <= 0:
            return None
        p = probability_met(value.value, indicator.target, indicator.better, value.low, value.high)
        scores.append(0.0 if p is None else float(special.ndtri(min(max(1 - p, 1e-12), 1 - 1e-12))))
    together = float(special.ndtr(-sum(scores) / math.sqrt(needed)))
    counted = all(v.interval is None for v in newest)  # a complete count is not a sample
    if together > settings["chance"] and not counted:
        return None
    value = series.newest
    return Finding(
        KEY, indicator.key, series.group, newest[0].period, series.until, "important",
        message("Below target for {months} months", months=needed),
        value.value, indicator.target, value.n, value.low, value.high, None if counted else together,
        {"values": [v.value for v in newest]},
    )  # fmt: skip


RULE = Rule(
    KEY,
    message("Months below target"),
    message("Each of the last months misses the target, and both together are hardly chance."),
    "indicator",
    find,
    (
        Parameter("months", message("Months"), 2, 2, 6),
        Parameter("chance", message("Probability by chance, at most"), 0.05, 0.0001, 0.5),
    ),
)
