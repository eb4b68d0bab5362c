"""How problems are ordered: far from the target, many rows, sure, and getting worse. docs/DIAGNOSIS.md explains it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from qualityloop.analysis import special
from qualityloop.analysis.indicators.standard import Better

FALSE_DISCOVERY = 0.05
SIGNAL_FACTOR = 1.5
TREND_FACTOR = 1.25
TREND_STEPS = 3


def shortfall(value: float, target: float, better: Better) -> float:
    """How far `value` is on the wrong side of `target`, in its unit; negative where the target is met."""
    return target - value if better == "higher" else value - target


def unit_of_distance(target: float, warning: float | None) -> float:
    """What distances are measured in: |target − warning|, or a tenth of the target where no warning line is set."""
    if warning is not None and warning != target:
        return abs(target - warning)
    return abs(target) / 10 or 1.0


def probability_met(value: float, target: float, better: Better, low: float | None, high: float | None) -> float | None:
    """One-sided p: how probable a value at least as bad as this is if the true value were on the target.

    From the half of the 95 % interval that faces the target, read as 1.96 standard errors; None without an interval,
    1 where it is open on that side.
    """
    facing = high if better == "higher" else low
    if facing is None or math.isinf(facing) or math.isnan(facing):
        return None if low is None and high is None else 1.0
    error = abs(facing - value) / float(special.ndtri(0.975))
    gap = shortfall(value, target, better)
    if error == 0:
        return 0.0 if gap > 0 else 1.0
    return float(special.ndtr(-gap / error))


def steps_for_the_worse(history: Sequence[float | None], better: Better) -> int:
    """How many of the last changes in a row, the newest included, went the wrong way."""
    steps = 0
    for later, earlier in zip(reversed(history[1:]), reversed(history[:-1]), strict=True):
        if later is None or earlier is None or shortfall(later, earlier, better) <= 0:
            break
        steps += 1
    return steps


def signals_bad(signal: int | None, better: Better) -> bool:
    """Whether a value lies outside its control limits on the bad side."""
    return signal == (-1 if better == "higher" else 1)


def worsening_factor(signal: int | None, history: Sequence[float | None], better: Better) -> float:
    """1.5 with a signal in the bad direction, 1.25 after three changes for the worse in a row, else 1."""
    if signals_bad(signal, better):
        return SIGNAL_FACTOR
    return TREND_FACTOR if steps_for_the_worse(history, better) >= TREND_STEPS else 1.0


def periods_missed(history: Sequence[float | None], target: float, better: Better) -> int:
    """How many periods in a row, the newest included, were on the wrong side of the target."""
    missed = 0
    for value in reversed(history):
        if value is None or shortfall(value, target, better) <= 0:
            break
        missed += 1
    return missed
