"""Urgent, important, ordinary: in which order work on problems goes."""

from __future__ import annotations

from typing import Literal

from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.problems.problem import Grade

URGENT_DISTANCE = 3.0  # three times as far from the target as the warning line
ORDER: dict[Grade, int] = {"urgent": 0, "important": 1, "ordinary": 2}


def grade(
    kind: Literal["satisfaction", "complaint", "other"],
    *,
    distance: float,
    signal_bad: bool,
    missed_in_a_row: int,
    overall_met: bool = False,
) -> tuple[Grade, Message]:
    """The grade of a problem and why; `distance` in units of (target − warning), so 1 is the warning line.

    `overall_met` says that it is one group's problem while everything together meets the target.
    """
    complaint, past_warning, again = kind == "complaint", distance > 1, missed_in_a_row >= 2
    rules: tuple[tuple[bool, Grade, Message], ...] = (
        (complaint and signal_bad, "urgent", message("complaints jumped beyond their control limits")),
        (
            complaint and distance >= URGENT_DISTANCE,
            "urgent",
            message("complaints are far beyond the warning line"),
        ),
        (complaint and past_warning, "important", message("complaints are beyond the warning line")),
        (
            kind == "satisfaction" and again,
            "important",
            message("satisfaction has missed its target for two periods or more"),
        ),
        (
            past_warning and overall_met and not signal_bad,
            "ordinary",
            message("one group is beyond the warning line; everything together meets the target"),
        ),
        (past_warning and again, "important", message("beyond the warning line, and not for the first time")),
        (
            past_warning and signal_bad,
            "important",
            message("beyond the warning line, and not by chance: a control-limit signal"),
        ),
        (
            past_warning,
            "ordinary",
            message("beyond the warning line, for the first time and within its usual variation"),
        ),
    )
    for holds, found, reason in rules:
        if holds:
            return found, reason
    return "ordinary", message("a single indicator that is slightly off its target")
