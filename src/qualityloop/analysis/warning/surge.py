"""More than usual: requests or complaints of an hour or a day beyond what their slot of the week lets expect."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.warning.counting import Judged, Tuning, judge, limit_count
from qualityloop.analysis.warning.finding import Finding, Parameter, Rule, Settings, Severity
from qualityloop.analysis.warning.series import CountSeries

KEY = "surge"
HOURS_A_MONTH = 730.0


def week_slots(series: CountSeries) -> NDArray[np.int64]:
    """The place in the week of each slot: hour of the week or day of the week, Monday first."""
    if series.slots is not None:
        return series.slots
    per_day = 24 // series.step
    first = series.start.weekday() * per_day + series.start.hour // series.step
    return (first + np.arange(len(series.counts))) % (7 * per_day)


def tuning(step: int, settings: Settings) -> Tuning:
    """`alarms` false alarms a month as a probability per slot of `step` hours."""
    return Tuning(settings["alarms"] * step / HOURS_A_MONTH, settings["extra"])


def judged(series: CountSeries, settings: Settings) -> Judged:
    """All slots of one series."""
    per_day = 24 // series.step
    return judge(
        series.counts, week_slots(series), cycle=7 * per_day, plain=per_day, tuning=tuning(series.step, settings)
    )


def find(series: CountSeries, settings: Settings) -> Finding | None:
    """One of the newest slots is past its limit, or the smoothed deviations are; the least probable of them."""
    if len(series.counts) < 2:
        return None
    found = judged(series, settings)
    flagged = np.flatnonzero(found.high[0] | found.raised[0])
    flagged = flagged[flagged >= len(series.counts) - series.recent]
    if not len(flagged):
        return None
    return finding_at(series, found, int(flagged[np.argmin(found.tail[0, flagged])]), settings)


def finding_at(series: CountSeries, found: Judged, i: int, settings: Settings) -> Finding:
    """What a flagged slot says."""
    chance = tuning(series.step, settings).chance
    count, expected, phi = float(series.counts[i]), float(found.expected[0, i]), float(found.phi[0, i])
    at = series.start + timedelta(hours=series.step * i)
    plain = bool(np.isnan(found.smooth[0, i]))
    three_sigma = expected + 3 * float(np.sqrt(expected + phi * expected**2))
    limit = three_sigma if plain else limit_count(expected, phi, chance / 2)
    high = bool(found.high[0, i])
    hourly = series.step < 24
    return Finding(
        KEY, series.name, series.group, at if hourly else at.date(),
        at + timedelta(hours=series.step) if hourly else at.date(), _severity(count, expected),
        (_high if high else _raised)(count, expected),
        count, limit, count, None, None, float(found.tail[0, i]),
        {"expected": expected, "ratio": count / expected, "by": "slot" if high else "ewma", "step": series.step,
         "limits": "plain" if plain else "slots"},
    )  # fmt: skip


def _high(count: float, expected: float) -> Message:
    numbers = {"count": f"{count:.0f}", "expected": f"{expected:.0f}"}
    return message("More than usual: {count} instead of about {expected}", **numbers)


def _raised(count: float, expected: float) -> Message:
    numbers = {"count": f"{count:.0f}", "expected": f"{expected:.0f}"}
    return message("More than usual for several periods: now {count} instead of about {expected}", **numbers)


def _severity(count: float, expected: float) -> Severity:
    ratio = count / max(expected, 1e-9)
    return "urgent" if ratio >= 3 else "important" if ratio >= 1.5 else "ordinary"


RULE = Rule(
    KEY,
    message("Surge of requests or complaints"),
    message(
        "An hour or a day has more records than its slot of the week lets expect (negative-binomial limits and EWMA; "
        "plain limits in the first eight weeks)."
    ),
    "counts",
    find,
    (
        Parameter("alarms", message("False alarms a month that are put up with"), 0.05, 0.001, 10),
        Parameter("extra", message("Records above the expected, at least"), 5, 0, 1000),
    ),
)
