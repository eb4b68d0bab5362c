"""A source has gone silent: so many expected rows did not come that chance will hardly explain it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from qualityloop.analysis.messages import message
from qualityloop.analysis.warning.finding import Finding, Parameter, Rule, Settings
from qualityloop.analysis.warning.series import Arrivals

KEY = "silence"
WEEK = 168
LEAST_WEEKS = 4


def find(arrivals: Arrivals, settings: Settings) -> Finding | None:
    """Nothing since the last row, though the same hours of the weeks before had rows.

    Of the weeks before, the share in which the same hours of the week were all empty says how usual such a silence is;
    with none of w weeks empty it is at most 3/w (the rule of three).
    """
    counts = np.asarray(arrivals.counts, dtype=np.float64)
    filled = np.flatnonzero(counts > 0)
    if not len(filled):
        return None
    last = int(filled[-1])
    hours = int((arrivals.now - arrivals.start) // timedelta(hours=1)) - last - 1
    history = counts[: last + 1]
    weeks = min((last - 0) // WEEK, 26)
    if hours < settings["hours"] or weeks < LEAST_WEEKS:
        return None
    span = min(hours, WEEK)  # a week without a row says all that more of them would
    expected, quiet = [], 0
    for back in range(1, weeks + 1):
        begin = last + 1 - back * WEEK
        window = history[max(begin, 0) : begin + span]
        expected.append(float(window.sum()))
        quiet += int(not window.sum())
    usual = float(np.median(expected))
    if quiet > settings["usual"] * weeks or usual < settings["missing"]:
        return None
    since = arrivals.start + timedelta(hours=last + 1)
    return Finding(
        KEY, arrivals.name, (), since, arrivals.now, "urgent" if hours >= 2 * settings["hours"] else "important",
        message("No records for {hours} hours; usually about {expected} in that time",
                hours=hours, expected=f"{usual:.0f}"),
        0.0, usual, 0.0, None, None, quiet / weeks,
        {"hours": hours, "expected": usual, "weeks": weeks},
    )  # fmt: skip


RULE = Rule(
    KEY,
    message("A source has gone silent"),
    message("No record has come for longer than these hours of the week were ever empty in the weeks before."),
    "arrivals",
    find,
    (
        Parameter("hours", message("Hours of silence, at least"), 24, 1, 720),
        Parameter("missing", message("Records missing, at least"), 5, 1, 10000),
        Parameter("usual", message("Share of earlier weeks that were as silent, at most"), 0.05, 0, 0.5),
    ),
)
