"""Expectation against perception: the importance–performance matrix (Martilla and James 1977), with its doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Quadrant = Literal["concentrate", "keep_up", "low_priority", "overkill"]
Importance = Literal["stated", "regression", "correlation"]
FEWEST = 30  # replies below which nothing is said
SURE = 0.9  # share of the resamples in which an item must stay in its quadrant
ROUNDS = 1000
Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Item:
    """One item: how important, how well done, its quadrant; `held` is the share of resamples that agree with it.

    "undecided" where fewer than `SURE` of them do; without replies (means alone) there is no `held` and no doubt.
    """

    name: str
    importance: float
    performance: float
    quadrant: Quadrant
    held: float | None = None
    importance_low: float | None = None
    importance_high: float | None = None
    performance_low: float | None = None
    performance_high: float | None = None
    n: int = 0

    @property
    def undecided(self) -> bool:
        """Whether another sample of customers might well put it elsewhere."""
        return self.held is not None and self.held < SURE


@dataclass(frozen=True, slots=True)
class Matrix:
    """The items and where the cross-hair stands; `importance` names how importance was found."""

    items: tuple[Item, ...]
    cross_importance: float
    cross_performance: float
    importance: Importance
    replies: int
    rounds: int = 0


def quadrant_of(importance: float, performance: float, cross: tuple[float, float]) -> Quadrant:
    """Where an item stands; on the line counts as above it."""
    if importance >= cross[0]:
        return "keep_up" if performance >= cross[1] else "concentrate"
    return "overkill" if performance >= cross[1] else "low_priority"


def from_means(names: Sequence[str], importance: Sequence[float], performance: Sequence[float]) -> Matrix:
    """The matrix of published means, the cross-hair at their means; without replies nothing is known of its doubts."""
    cross = (float(np.mean(importance)), float(np.mean(performance)))
    items = tuple(
        Item(name, float(i), float(p), quadrant_of(i, p, cross))
        for name, i, p in zip(names, importance, performance, strict=True)
    )
    return Matrix(items, *cross, "stated", 0)


def from_replies(
    names: Sequence[str],
    performance: Table,
    *,
    seed: int,
    importance: Table | None = None,
    overall: NDArray[np.float64] | None = None,
    method: Literal["regression", "correlation"] = "correlation",
    rounds: int = ROUNDS,
    confidence: float = 0.95,
) -> Matrix | None:
    """The matrix of replies (a row each, a column per item, NaN: not answered), resampled `rounds` times.

    Importance is what customers said of it (`importance`, as wide as `performance`), else derived from how the item
    goes with `overall` satisfaction: its correlation, or its weight in a regression on all items, in standard units.
    None where there are fewer than `FEWEST` replies, or neither of the two.
    """
    if importance is None and overall is None:
        return None
    whole = _Replies(performance, importance, overall, method)
    if whole.size < FEWEST:
        return None
    stands = whole.standing(np.arange(whole.size))
    if np.isnan(stands).any():
        return None
    rng = np.random.default_rng(seed)
    drawn = np.array([whole.standing(rng.integers(0, whole.size, whole.size)) for _ in range(rounds)])
    drawn = drawn[~np.isnan(drawn).any(axis=(1, 2))]
    tail = (1 - confidence) / 2
    bounds = np.quantile(drawn, [tail, 1 - tail], axis=0)
    cross = (float(stands[0].mean()), float(stands[1].mean()))
    items = []
    for place, name in enumerate(names):
        own = quadrant_of(stands[0, place], stands[1, place], cross)
        held = np.mean([quadrant_of(i[place], p[place], (i.mean(), p.mean())) == own for i, p in drawn])
        (i_low, i_high), (p_low, p_high) = bounds[:, 0, place], bounds[:, 1, place]
        items.append(
            Item(
                name,
                float(stands[0, place]),
                float(stands[1, place]),
                own,
                float(held),
                float(i_low),
                float(i_high),
                float(p_low),
                float(p_high),
                int((~np.isnan(performance[:, place])).sum()),
            )
        )
    found: Importance = "stated" if importance is not None else method
    return Matrix(tuple(items), *cross, found, whole.size, len(drawn))


@dataclass(frozen=True, slots=True)
class _Replies:
    performance: Table
    importance: Table | None
    overall: NDArray[np.float64] | None
    method: str

    @property
    def size(self) -> int:
        return len(self.performance)

    def standing(self, rows: NDArray[np.int64]) -> Table:
        """Importance and performance of each item among `rows`."""
        done = self.performance[rows]
        if self.importance is not None:
            weight = _means(self.importance[rows])
        elif self.overall is not None and self.method == "regression":
            weight = _regression(done, self.overall[rows])
        else:
            weight = _correlation(done, self.overall[rows] if self.overall is not None else np.zeros(len(rows)))
        return np.vstack([weight, _means(done)])


def _means(table: Table) -> NDArray[np.float64]:
    known = ~np.isnan(table)
    count = known.sum(axis=0)
    sums = np.where(known, table, 0.0).sum(axis=0)
    return np.where(count > 0, sums / np.maximum(count, 1), np.nan)


def _correlation(items: Table, overall: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pearson's correlation of each item with overall satisfaction, over those who answered both."""
    found = np.zeros(items.shape[1])
    for place in range(items.shape[1]):
        both = ~np.isnan(items[:, place]) & ~np.isnan(overall)
        x, y = items[both, place], overall[both]
        if len(x) < 3:
            found[place] = np.nan
            continue
        x, y = x - x.mean(), y - y.mean()
        scale = float(np.sqrt((x @ x) * (y @ y)))
        found[place] = float(x @ y) / scale if scale else 0.0
    return found


def _regression(items: Table, overall: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standardised weights of a regression of overall satisfaction on all items, over those who answered all."""
    whole = ~np.isnan(items).any(axis=1) & ~np.isnan(overall)
    x, y = items[whole], overall[whole]
    if len(x) <= items.shape[1] + 1:
        return np.full(items.shape[1], np.nan)
    spread = x.std(axis=0)
    scaled = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    target = (y - y.mean()) / (y.std() or 1.0)
    weights: NDArray[np.float64] = np.linalg.lstsq(scaled, target, rcond=None)[0]
    return weights
