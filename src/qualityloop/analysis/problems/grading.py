"""Urgent, important, ordinary: in which order work on problems goes."""

from __future__ import annotations

from typing import Literal

from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.problems.problem import Grade

URGENT_DISTANCE = 3.0  # three times as far from the target as the warning line
ORDER: dict[Grade, int] = {"urgent": 0, "important": 1, "ordinary": 2}


def grade(
    kind: Literal["satisfaction", "complaint", "other"], *, distance: float, signal_bad: bool, missed_in_a_row: int
) -> tuple[Grade, Message]:
    """The grade of a problem and why; `distance` in units of (target − warning), so 1 is the warning line."""
    if kind == "complaint":
        if signal_bad:
            return "urgent", message("complaints jumped beyond their control limits")
        if distance >= URGENT_DISTANCE:
            return "urgent", message("complaints are far beyond the warning line")
        if distance > 1:
            return "important", message("complaints are beyond the warning line")
    if kind == "satisfaction" and missed_in_a_row >= 2:
        return "important", message("satisfaction has missed its target for two periods or more")
    if distance > 1:
        if missed_in_a_row >= 2:
            return "important", message("beyond the warning line, and not for the first time")
        if signal_bad:
            return "important", message("beyond the warning line, and not by chance: a control-limit signal")
        return "ordinary", message("beyond the warning line, for the first time and within its usual variation")
    return "ordinary", message("a single indicator that is slightly off its target")
