"""The complaint rate has jumped: more complaints per ticket than in the periods before, surely and by enough."""

from __future__ import annotations

import numpy as np

from qualityloop.analysis import special
from qualityloop.analysis.control import laney_u_limits, signals
from qualityloop.analysis.indicators.evaluate.periods import last_day
from qualityloop.analysis.intervals import count_ratio
from qualityloop.analysis.messages import message
from qualityloop.analysis.warning.finding import Finding, Parameter, Rule, Settings
from qualityloop.analysis.warning.series import RateSeries

KEY = "complaint_rate"
LEAST = 8  # periods before


def find(series: RateSeries, settings: Settings) -> Finding | None:
    """The newest rate is beyond Laney's u′ limit and, exactly tested, above `ratio` times that of before."""
    events, units = (np.asarray(a, dtype=np.float64) for a in (series.events, series.units))
    window = int(settings["periods"])
    before, base = events[:-1][-window:], units[:-1][-window:]
    if len(before) < LEAST or units[-1] <= 0 or base.sum() <= 0:
        return None
    limits = laney_u_limits(before, base, units[-1])
    expected = float(before.sum() / base.sum() * units[-1])
    if float(signals(events[-1] / units[-1], limits)) != 1 or events[-1] - expected < settings["extra"]:
        return None
    low, high = count_ratio(events[-1], before.sum(), confidence=0.95)
    scale = float(base.sum() / units[-1])
    if not float(low) * scale > settings["ratio"]:
        return None
    rate, usual = float(events[-1] / units[-1]), float(before.sum() / base.sum())
    chance = float(special.betainc(events[-1], before.sum() + 1, 1 / (1 + scale)))  # P(at least so many of all)
    grown = float("inf") if usual == 0 else rate / usual
    return Finding(
        KEY, series.name, series.group, series.periods[-1], last_day(series.periods[-1], series.grain),
        "urgent" if float(low) * scale >= 2 else "important",
        message("The complaint rate has risen to {ratio} times that of the periods before", ratio=f"{grown:.1f}"),
        rate, float(limits.upper), float(units[-1]), usual * float(low) * scale,
        usual * float(high) * scale if np.isfinite(high) else None, chance,
        {"complaints": float(events[-1]), "expected": expected, "usual": usual, "ratio": grown},
    )  # fmt: skip


RULE = Rule(
    KEY,
    message("Jump of the complaint rate"),
    message("More complaints per ticket than in the periods before: beyond the control limit, surely by this much."),
    "rates",
    find,
    (
        Parameter("ratio", message("Times the usual rate, at least (lower bound)"), 1.25, 1, 10),
        Parameter("extra", message("Complaints above the expected, at least"), 5, 0, 1000),
        Parameter("periods", message("Periods compared with"), 12, 8, 104),
    ),
)
