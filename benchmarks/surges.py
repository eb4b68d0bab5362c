"""Surges in three years of daily counts of many series: all at once, and a loop over series and days in pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.measure import Contender, Result, race
from qualityloop.analysis.warning.counting import Tuning, judge

DAYS = 3 * 365 + 1
WEEKS = 8


def _counts(series: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    week = np.array([1.2, 1.1, 1.0, 1.0, 1.05, 0.7, 0.6])
    means = 30 * week[np.arange(DAYS) % 7]
    return rng.negative_binomial(20, 20 / (20 + np.broadcast_to(means, (series, DAYS)))).astype(float)


def ours(series: int) -> int:
    """Days judged by the surge rule."""
    found = judge(_counts(series), np.arange(DAYS) % 7, cycle=7, tuning=Tuning(0.0016, 5))
    return int((~np.isnan(found.tail[:, WEEKS * 7 :])).sum())


def naive(series: int) -> int:
    """Days judged by mean + 3 sigma of the same weekday of the twelve weeks before, one after the other."""
    judged = 0
    index = pd.date_range("2023-01-02", periods=DAYS)
    for counts in _counts(series):
        frame = pd.DataFrame({"count": counts, "weekday": index.weekday}, index=index)
        for at in range(WEEKS * 7, DAYS):
            before = frame.iloc[max(0, at - 84) : at]
            same = before.loc[before["weekday"] == frame["weekday"].iat[at], "count"]
            _ = frame["count"].iat[at] > same.mean() + 3 * same.std()
            judged += 1
    return judged


def compare(series: int, runs: int, *, slow: int = 10) -> list[Result]:
    """Ours over `series`, the loop over `slow` of them (its seconds are scaled to all)."""
    contenders = [
        Contender("QualityLoop", "benchmarks.surges:ours", {"series": series}),
        Contender("pandas, loop over series and days", "benchmarks.surges:naive", {"series": slow}, runs=1),
    ]
    results = race(contenders, runs)
    results[1].seconds = [seconds * series / slow for seconds in results[1].seconds]
    return results
