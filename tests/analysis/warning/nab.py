"""The scorer of the Numenta Anomaly Benchmark, written anew from its published description (Lavin and Ahmad 2015).

An alarm in a window of known trouble earns up to 1, the more the earlier; a window without alarm costs the weight of a
miss; an alarm elsewhere costs up to the weight of a false alarm, less shortly after a window. Only the first alarm of a
window counts. The first 15 % of each series (at most of 5,000 points) are not scored.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from scipy import special

from qualityloop.analysis.warning.counting import Tuning, judge

PROFILES = {"standard": (0.11, 1.0), "low_fp": (0.22, 1.0), "low_fn": (0.11, 2.0)}  # cost of a false alarm, of a miss


@dataclass(frozen=True)
class Series:
    """One file: times as text, values, and the windows as positions (first, last)."""

    name: str
    times: list[str]
    values: np.ndarray
    windows: list[tuple[int, int]]

    @property
    def step(self) -> float:
        """Seconds between two points, in the middle."""
        return float(np.median(np.diff(self.seconds)))

    @property
    def seconds(self) -> np.ndarray:
        """Time of each point in seconds after the first."""
        instants = [datetime.fromisoformat(time) for time in self.times]
        return np.array([(instant - instants[0]).total_seconds() for instant in instants])

    @property
    def per_day(self) -> int:
        """Points of a day."""
        return round(86400 / self.step)

    @property
    def probation(self) -> float:
        """Points at the start that are not scored."""
        return min(np.floor(0.15 * len(self.values)), 0.15 * 5000)


def series_of(folder: Path) -> list[Series]:
    """All series of the data set."""
    windows = json.loads((folder / "combined_windows.json").read_text())
    found = []
    for name in sorted(windows):
        with gzip.open(folder / f"{name}.gz", "rt", newline="") as file:
            rows = list(csv.reader(file))[1:]
        times = [row[0] for row in rows]
        place = {time: i for i, time in reversed(list(enumerate(times)))}
        bounds = [(place[a[:19]], place[b[:19]]) for a, b in windows[name]]
        found.append(Series(name, times, np.array([float(row[1]) for row in rows]), bounds))
    return found


def _worth(position: np.ndarray) -> np.ndarray:
    """2/(1 + e^{5y}) − 1 of a position relative to a window's right edge in widths of it; −1 from 3 on."""
    return np.where(position >= 3, -1.0, 2 * special.expit(-5 * position) - 1)


def score(series: Series, alarms: np.ndarray, profile: str) -> float:
    """Raw score of the points that are alarms (True)."""
    wrong, missed = PROFILES[profile]
    index = np.arange(len(alarms))
    scored = alarms & (index >= series.probation)
    inside = np.zeros(len(alarms), bool)
    total, best = 0.0, float(_worth(np.array(-1.0)))
    past = np.full(len(alarms), 3.0)
    for first, last in series.windows:
        inside[first : last + 1] = True
        width = last - first + 1
        past[last + 1 :] = (index[last + 1 :] - last) / (width - 1)
        hits = np.flatnonzero(scored[first : last + 1]) + first
        if last < series.probation:
            continue
        total += float(_worth(-(last - hits[0] + 1) / np.array(float(width)))) / best if len(hits) else -missed
    return total + float((_worth(past) * wrong)[scored & ~inside].sum())


def normalised(raw: float, windows: int, profile: str) -> float:
    """100 for a perfect detector, 0 for one that never says anything."""
    null = -PROFILES[profile][1] * windows
    return 100 * (raw - null) / (windows - null)


def best(all_series: Sequence[Series], scores: Sequence[np.ndarray], profile: str) -> tuple[float, float]:
    """Highest normalised score over all thresholds that some point reaches, as the benchmark chooses it; threshold."""
    windows = sum(len(s.windows) for s in all_series)
    pooled = np.concatenate(scores)
    steps = np.unique(np.quantile(pooled, 1 - np.geomspace(1e-5, 0.05, 80)))
    found = [(sum(score(s, a >= t, profile) for s, a in zip(all_series, scores, strict=True)), t) for t in steps]
    raw, threshold = max([*found, (-PROFILES[profile][1] * windows, np.inf)])
    return normalised(raw, windows, profile), float(threshold)


def windowed_gaussian(values: np.ndarray, size: int = 6400, step: int = 100) -> np.ndarray:
    """The benchmark's detector of that name: 1 − the tail of a normal distribution fitted to the points before.

    Until `size` points are there all of them are taken; then the window slides by `step` at a time.
    """
    x = np.asarray(values, dtype=float)
    begin, end = np.zeros(len(x), int), np.arange(len(x))  # the window of point i is x[begin:end]
    late = end > size
    begin[late] = (end[late] - size) // step * step
    end = np.where(late, begin + size, end)
    centred = x - x.mean()  # sums of squares of small numbers keep their digits
    sums, squares = (np.concatenate([[0.0], np.cumsum(v)]) for v in (centred, centred**2))
    n = np.maximum(end - begin, 1)
    mean = (sums[end] - sums[begin]) / n
    spread = np.sqrt(np.maximum((squares[end] - squares[begin]) / n - mean**2, 0))
    spread = np.where(spread < 1e-9, 0.000001, spread)
    tail = 1 - 0.5 * special.erfc(np.abs(centred - mean) / spread / np.sqrt(2))
    return np.round(np.where(np.arange(len(x)) > 0, tail, 0.0), 12)  # as many digits as the published files keep


def surge_scores(series: Series, scale: float = 1000.0) -> np.ndarray:
    """−log10 of the probability that the surge rule gives each point; values are scaled to a median of `scale`."""
    values = series.values - min(series.values.min(), 0)
    middle = float(np.median(values))
    values = values / middle * scale if middle > 0 else values
    slots = (series.seconds // series.step).astype(int) % (7 * series.per_day)
    found = judge(values, slots, cycle=7 * series.per_day, plain=1, tuning=Tuning(1e-4, 0), ready=20)
    return np.nan_to_num(-np.log10(np.maximum(found.tail[0], 1e-300)))


def muted(scores: np.ndarray, points: int) -> np.ndarray:
    """Scores that exceed all of the `points` before them; 0 for the others."""
    answer = np.zeros_like(scores)
    for i, score_now in enumerate(scores):
        before = scores[max(0, i - points) : i]
        answer[i] = score_now if not len(before) or score_now > before.max() else 0.0
    return answer
