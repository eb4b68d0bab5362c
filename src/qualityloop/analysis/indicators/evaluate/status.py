"""Does a value meet its target? 达标, 预警, 不达标, or 数据不足 where too few rows leave it open."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qualityloop.analysis.indicators.standard import Better
from qualityloop.analysis.indicators.values import Status

MIN_ROWS = 5  # below, a value is an anecdote, whatever its interval says
NAMES: tuple[Status, ...] = ("met", "warning", "missed", "insufficient")
_MET, _WARNING, _MISSED, _INSUFFICIENT = range(4)


def statuses(
    value: ArrayLike,
    low: ArrayLike,
    high: ArrayLike,
    n: ArrayLike,
    *,
    target: float,
    warning: float | None,
    better: Better,
) -> NDArray[np.int64]:
    """Positions in NAMES. NaN: no value, no interval on that side (infinite: unbounded), or (n) a complete count.

    `insufficient` when there is no value, fewer than MIN_ROWS rows, or an interval that holds target and warning
    line at once, so that any of the three answers could be true.
    """
    v, lower, upper, rows = (np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(value, low, high, n))
    sign = 1.0 if better == "higher" else -1.0
    line = target if warning is None else warning
    with np.errstate(invalid="ignore"):
        answer = np.where(sign * v >= sign * target, _MET, np.where(sign * v >= sign * line, _WARNING, _MISSED))
        unsure = np.isnan(v) | (rows < MIN_ROWS)
        if warning is not None:
            unsure |= (lower <= min(target, warning)) & (upper >= max(target, warning))
    return np.where(unsure, _INSUFFICIENT, answer).astype(np.int64)


def status_of(  # noqa: PLR0917 - read like a sentence
    value: float | None,
    low: float | None,
    high: float | None,
    n: int | None,
    target: float | None,
    warning: float | None,
    better: Better,
) -> Status | None:
    """Status of one value; None without a target. One missing end of an interval is unbounded; n=None: a count."""
    if target is None:
        return None
    if (low is None) != (high is None):
        low = -np.inf if low is None else low
        high = np.inf if high is None else high
    numbers = [np.nan if x is None else float(x) for x in (value, low, high, n)]
    code = statuses(*numbers, target=target, warning=warning, better=better)
    return NAMES[int(code)]
