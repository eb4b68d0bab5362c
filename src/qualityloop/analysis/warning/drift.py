"""Slow drift: small steps to the worse side add up (CUSUM; Page 1954)."""

from __future__ import annotations

import numpy as np

from qualityloop.analysis.control import cusum
from qualityloop.analysis.messages import message
from qualityloop.analysis.warning.finding import Finding, Parameter, Rule, Settings
from qualityloop.analysis.warning.series import IndicatorSeries

KEY = "drift"


def find(series: IndicatorSeries, settings: Settings) -> Finding | None:
    """The sum of deviations to the worse side passes the decision interval at the newest point, and not before it."""
    chart = series.chart()
    if chart is None:
        return None
    z = (chart.points - chart.center) / chart.sigma
    sums = cusum(z, target=0.0, k=settings["allowance"], h=settings["interval"])
    side = sums.low if series.sign > 0 else sums.high
    if not side[-1] > settings["interval"]:
        return None
    begun = int(np.flatnonzero(side == 0)[-1]) + 1 if np.any(side == 0) else 0
    known = [v for v in series.values if v.value is not None][-len(z) :]
    value = series.newest
    return Finding(
        KEY, series.indicator.key, series.group, known[begun].period, series.until, "ordinary",
        message("Drifting to the worse side for {points} periods", points=len(z) - begun),
        float(side[-1]), settings["interval"], value.n, None, None, None,
        {"center": chart.center, "value": value.value, "since": known[begun].period.isoformat()},
    )  # fmt: skip


RULE = Rule(
    KEY,
    message("Slow drift"),
    message("Deviations from the centre line to the worse side add up past the decision interval (CUSUM)."),
    "indicator",
    find,
    (
        Parameter("allowance", message("Allowance in sigma"), 0.5, 0, 3),
        Parameter("interval", message("Decision interval in sigma"), 5, 1, 20),
    ),
)
