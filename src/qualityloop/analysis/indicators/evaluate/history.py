"""Signal or noise: the limits that the earlier periods set for the one that is judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.control import Limits, laney_p_limits, laney_u_limits, signals, xmr_limits
from qualityloop.analysis.indicators.evaluate.measure import Measured
from qualityloop.analysis.indicators.evaluate.periods import shift
from qualityloop.analysis.indicators.values import Grain

Floats = NDArray[np.float64]
EARLIER = 24  # periods before the judged one that limits are made of
NEEDED = 8  # of them with data; below, limits would be noise themselves
_AT_ONCE = 2_000_000  # cells of history held in memory at a time


def windows(axis: Sequence[date], judged: Sequence[date], grain: Grain) -> NDArray[np.intp]:
    """Positions on `axis` of the periods before each judged one, oldest first; len(axis) where it is not there."""
    index = {period: i for i, period in enumerate(axis)}
    missing = len(axis)
    return np.array(
        [[index.get(shift(p, grain, -back), missing) for back in range(EARLIER, 0, -1)] for p in judged], dtype=np.intp
    ).reshape(len(judged), EARLIER)


def judge(
    measured: Measured, window: NDArray[np.intp], columns: NDArray[np.intp], complete: NDArray[np.bool_]
) -> tuple[Limits, Floats]:
    """Limits and signals of the judged `columns`; NaN with fewer than NEEDED earlier periods.

    Counts and sums leave out periods that are not `complete`: half a month is not a bad month.
    """
    usable = complete if measured.whole else np.ones_like(complete)
    blocks = max(1, -(-measured.value.shape[0] * window.size // _AT_ONCE))
    rows = np.array_split(np.arange(measured.value.shape[0]), blocks)
    made = [_judge_block(measured, block, window, columns, usable) for block in rows]
    limits = Limits(*(np.concatenate([getattr(m, side) for m in made]) for side in ("center", "lower", "upper")))
    return limits, signals(measured.value[:, columns], limits)


def _judge_block(
    measured: Measured,
    block: NDArray[np.intp],
    window: NDArray[np.intp],
    columns: NDArray[np.intp],
    usable: NDArray[np.bool_],
) -> Limits:
    def earlier(table: Floats) -> Floats:
        known = np.where(usable, table[block], np.nan)
        return np.concatenate([known, np.full((len(block), 1), np.nan)], axis=1)[:, window]

    history = earlier(measured.value)
    if measured.chart == "x" or measured.numerator is None or measured.denominator is None:
        limits = xmr_limits(history)
    else:
        make = laney_p_limits if measured.chart == "p" else laney_u_limits
        size = measured.denominator[block][:, columns]
        limits = make(earlier(measured.numerator), earlier(measured.denominator), size)
    enough = (np.sum(~np.isnan(history), axis=-1) >= NEEDED) & usable[columns]
    enough &= ~(np.isnan(limits.upper) | np.isnan(limits.lower))
    return Limits(*(np.where(enough, side, np.nan) for side in (limits.center, limits.lower, limits.upper)))
