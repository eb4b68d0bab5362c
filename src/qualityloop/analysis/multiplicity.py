"""Many tests at once: which of them are still surprising when so many were looked at."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def benjamini_hochberg(p_values: ArrayLike) -> NDArray[np.float64]:
    """Adjusted p-values (q-values) of many tests at once, in the order given (Benjamini and Hochberg 1995).

    Rejecting where the answer is at most α keeps the expected share of false alarms among the alarms below α.
    """
    p = np.asarray(p_values, dtype=np.float64)
    m = len(p)
    order = np.argsort(p, kind="stable")
    steps = p[order] * m / np.arange(1, m + 1)
    adjusted = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    answer = np.empty(m)
    answer[order] = adjusted
    return answer


def bonferroni(p_values: ArrayLike) -> NDArray[np.float64]:
    """p-values times their number: rejecting at α leaves at most α for even one false alarm among all of them."""
    p = np.asarray(p_values, dtype=np.float64)
    return np.minimum(p * len(p), 1.0)
