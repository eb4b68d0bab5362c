"""Past the warning line, and the interval says so too."""

from __future__ import annotations

from qualityloop.analysis.indicators.evaluate.status import status_of
from qualityloop.analysis.messages import message
from qualityloop.analysis.problems.ranking import probability_met
from qualityloop.analysis.warning.finding import Finding, Rule, Settings, Severity
from qualityloop.analysis.warning.series import IndicatorSeries

KEY = "past_warning"


def find(series: IndicatorSeries, settings: Settings) -> Finding | None:
    """The newest value has missed the warning line, with the whole of its interval."""
    indicator, value = series.indicator, series.newest
    line = indicator.warning if indicator.warning is not None else indicator.target
    if line is None or value.value is None:
        return None
    rows = None if value.interval is None else value.n
    status = status_of(value.value, value.low, value.high, rows, indicator.target, indicator.warning, indicator.better)
    facing = value.high if series.sign > 0 else value.low
    unbounded = facing is None and value.interval is not None
    if status != "missed" or unbounded or (facing is not None and series.sign * (facing - line) >= 0):
        return None
    return Finding(
        KEY, indicator.key, series.group, value.period, series.until, _severity(series, line),
        message("Past the warning line"),
        value.value, line, value.n, value.low, value.high,
        probability_met(value.value, line, indicator.better, value.low, value.high),
    )  # fmt: skip


def _severity(series: IndicatorSeries, line: float) -> Severity:
    """Urgent where the value lies as far past the warning line again as that lies from the target."""
    target, value = series.indicator.target, series.newest.value
    if target is None or value is None or target == line:
        return "important"
    return "urgent" if series.sign * (line - value) >= abs(target - line) * (1 - 1e-9) else "important"


RULE = Rule(
    KEY,
    message("Past the warning line"),
    message("The value of a whole period lies past the warning line with the whole of its 95 % interval."),
    "indicator",
    find,
)
