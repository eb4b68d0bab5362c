"""Which segments drive a gap: few, simple, sure, and not the same rows under two names.

Greedy: the segment with the largest excess (what it adds to the gap beyond its size) is taken, its rows are set
aside, and the search goes on in the rest, until the rest meets the target or nothing sure is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis import special
from qualityloop.analysis.indicators.values import Group
from qualityloop.analysis.multiplicity import benjamini_hochberg
from qualityloop.analysis.problems.cells import BEFORE, CURRENT, REFERENCE, Cells, Split, Sums
from qualityloop.analysis.problems.decomposition import (
    Effects,
    Floats,
    additive_change_effects,
    additive_gap_parts,
    change_effects,
    gap_parts,
)
from qualityloop.analysis.problems.problem import Driver
from qualityloop.analysis.problems.ranking import FALSE_DISCOVERY

MOST = 3
LEAST_ROWS = 20  # below this no segment is shown
LEAST_SHARE = 0.10  # of the gap
LIFT = 1.2  # share of the gap over share of the rows
PAIR_GAIN = 1.2  # two dimensions must explain this much more than the best single one
ALIKE = 0.9  # singles this close to the best: the one that is searched first wins
PAIRED = 6  # dimensions, those with the largest single excesses, that are combined to pairs
SINGLE_ONLY = frozenset({"hour", "weekday", "part", "article"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is split: the target in units of num/den, the sign of "worse", and how sure numbers are.

    `whole` holds the denominators of the buckets where only the numerator splits (an additive measure), else None;
    `scale` turns num/den into the indicator's unit; `poisson` says that the numerator is a count of events.
    """

    target: float
    higher_is_better: bool
    scale: float = 1.0
    poisson: bool = False
    whole: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class _Segments:
    """The segments of one split, with all that decides about them; arrays have one entry per segment."""

    split: Split
    excess: Floats
    p: Floats
    rows: Floats
    share_of_gap: Floats
    share_of_rows: Floats

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(d.name for d in self.split.dimensions)

    def fit(self, sure: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which segments are large enough, worse enough and certain."""
        least = np.maximum(LEAST_SHARE, LIFT * self.share_of_rows)
        large = (self.rows >= LEAST_ROWS) & (self.share_of_gap >= least)
        return np.asarray(sure & large & (self.excess > 0))


@dataclass(frozen=True, slots=True)
class _Best:
    group: Group
    excess: float
    share_of_gap: float

    @property
    def by(self) -> tuple[str, ...]:
        return tuple(column for column, _ in self.group)


def find_drivers(cells: Cells, question: Question, *, most: int = MOST) -> tuple[Driver, ...]:
    """The segments of `cells` that drive the gap, the strongest first; empty where none stands out for sure.

    Needs the cells of the period, and of the reference where only the numerator splits.
    """
    total = cells.total()
    gap = _gap(total, question)
    if not gap:
        return ()
    found: list[Driver] = []
    rest = cells
    while len(found) < most:
        best = _strongest(rest, total, gap, question)
        if best is None:
            break
        found.append(_driver(best, cells, total, question))
        rest = rest.where(~rest.belongs(best.group))
        if not _still_missed(rest.total(), total, gap, question):
            break
    return tuple(found)


def _gap(total: Sums, question: Question) -> float:
    whole = question.whole[CURRENT] if question.whole else total.den[CURRENT, 0]
    if not whole:
        return 0.0
    return float(total.num[CURRENT, 0] / whole - question.target)


def _still_missed(rest: Sums, total: Sums, gap: float, question: Question) -> bool:
    """Whether the rows that are left hold a part of the gap worth explaining."""
    if question.whole is not None:
        reference = total.num[REFERENCE, 0]
        share = rest.num[REFERENCE, 0] / reference if reference else rest.num[CURRENT, 0] / total.num[CURRENT, 0]
        part = rest.num[CURRENT, 0] / question.whole[CURRENT] - question.target * share
    else:
        part = (rest.num[CURRENT, 0] - question.target * rest.den[CURRENT, 0]) / total.den[CURRENT, 0]
    return bool(part / gap >= LEAST_SHARE)


def _strongest(rest: Cells, total: Sums, gap: float, question: Question) -> _Best | None:
    """The sure segment with the largest excess; a pair only where it explains clearly more than a single one."""
    singles = [_segments(rest.by((name,)), total, gap, question) for name in rest.varying()]
    order = {segments.names[0]: place for place, segments in enumerate(singles)}
    by_excess = sorted(singles, key=lambda s: -float(s.excess.max(initial=0.0)))
    paired = [s.names[0] for s in by_excess if s.names[0] not in SINGLE_ONLY][:PAIRED]
    pairs = [
        _segments(rest.by(names), total, gap, question)
        for names in combinations(sorted(paired, key=order.__getitem__), 2)
    ]
    if not singles:
        return None
    sure = benjamini_hochberg(np.concatenate([s.p for s in (*singles, *pairs)])) <= FALSE_DISCOVERY
    parts = np.split(sure, np.cumsum([len(s.p) for s in (*singles, *pairs)])[:-1])
    single = _first_of_the_largest(singles, parts[: len(singles)])
    pair = _first_of_the_largest(pairs, parts[len(singles) :])
    if single is None or (pair is not None and pair.excess > PAIR_GAIN * single.excess):
        return pair
    return single


def _first_of_the_largest(found: Sequence[_Segments], sure: Sequence[NDArray[np.bool_]]) -> _Best | None:
    """The best segment, or one that is nearly as good of a dimension that comes first."""
    best: list[tuple[_Segments, int]] = []
    for segments, certain in zip(found, sure, strict=True):
        fit = segments.fit(certain)
        if fit.any():
            best.append((segments, int(np.argmax(np.where(fit, segments.excess, -np.inf)))))
    if not best:
        return None
    most = max(segments.excess[at] for segments, at in best)
    segments, at = next((s, i) for s, i in best if s.excess[i] >= ALIKE * most)
    return _Best(segments.split.group(at), float(segments.excess[at]), float(segments.share_of_gap[at]))


def _segments(split: Split, total: Sums, gap: float, question: Question) -> _Segments:
    sums = split.sums
    parts = _parts(sums, total, question) / gap
    if question.whole is None:
        rows = sums.den[CURRENT]
        weights = rows / total.den[CURRENT, 0]
        excess, p = _against_the_rest(sums, question)
    else:
        rows = sums.num[CURRENT]
        weights = _reference_shares(sums)
        excess, p = _against_the_reference(sums)
    excess = -excess if question.higher_is_better else excess
    return _Segments(split, np.where(rows > 0, excess, 0.0), np.where(rows > 0, p, 1.0), rows, parts, weights)


def _parts(sums: Sums, total: Sums, question: Question) -> Floats:
    """Parts of the gap of all rows; of the rest of a search they add up to the part of the rest."""
    if question.whole is None:
        weight = float(sums.den[CURRENT].sum() / total.den[CURRENT, 0])
        whole_parts: Floats = gap_parts(sums.num[CURRENT], sums.den[CURRENT], question.target) * weight
        return whole_parts
    reference = sums.num[REFERENCE]
    everything = total.num[REFERENCE, 0]
    base = reference if everything else sums.num[CURRENT]
    share = float(base.sum() / (everything or total.num[CURRENT, 0]))
    if not base.sum():
        unmeasured: Floats = sums.num[CURRENT] / question.whole[CURRENT]
        return unmeasured
    return additive_gap_parts(sums.num[CURRENT], question.whole[CURRENT], question.target * share, reference)


def _against_the_rest(sums: Sums, question: Question) -> tuple[Floats, Floats]:
    """Excess num − R·den over the common rate R, and the one-sided p that a segment is no worse than the others."""
    num, den, squares = sums.num[CURRENT], sums.den[CURRENT], sums.squares[CURRENT]
    others, others_den, others_squares = num.sum() - num, den.sum() - den, squares.sum() - squares
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, others_rate = num / den, others / others_den
        if question.poisson:
            spread = num.sum() / den.sum() * (1 / den + 1 / others_den)
        else:
            spread = (squares / den - rate**2) / den + (others_squares / others_den - others_rate**2) / others_den
            pooled = squares.sum() / den.sum() - (num.sum() / den.sum()) ** 2
            spread = np.where(spread > 0, spread, pooled * (1 / den + 1 / others_den))  # all alike: lean on the pool
        z = (rate - others_rate) / np.sqrt(spread)
    z = np.nan_to_num(-z if question.higher_is_better else z, nan=0.0)
    return num - num.sum() / den.sum() * den, special.ndtr(-z)


def _reference_shares(sums: Sums) -> Floats:
    reference = sums.num[REFERENCE]
    if not reference.sum():
        return np.full(len(reference), 1 / len(reference))
    shares: Floats = reference / reference.sum()
    return shares


def _against_the_reference(sums: Sums) -> tuple[Floats, Floats]:
    """Excess over the growth of all, and the one-sided p that a segment's share of the numerator did not grow."""
    num, reference = sums.num[CURRENT], sums.num[REFERENCE]
    total, before = num.sum(), reference.sum()
    expected = _reference_shares(sums)
    pooled = (num + reference) / (total + before) if before else expected
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = pooled * (1 - pooled) * (1 / total + (1 / before if before else 0.0))
        z = (num / total - expected) / np.sqrt(spread)
    return num - total * expected, special.ndtr(-np.nan_to_num(z, nan=0.0))


def _driver(best: _Best, cells: Cells, total: Sums, question: Question) -> Driver:
    """The chosen segment in all rows (a later one may have lost some of its rows to an earlier one)."""
    sums = cells.where(cells.belongs(best.group)).total()
    num, den = float(sums.num[CURRENT, 0]), float(sums.den[CURRENT, 0])
    if question.whole is None:
        value, rows, share = num / den, den, den / float(total.den[CURRENT, 0])
    else:
        value, rows, share = num / question.whole[CURRENT], num, num / float(total.num[CURRENT, 0])
    return Driver(
        by=best.by,
        group=best.group,
        value=value * question.scale,
        n=round(rows),
        share_of_gap=best.share_of_gap,
        rate_effect=None,
        mix_effect=None,
        share_of_rows=share,
    )


def with_effects(driver: Driver, cells: Cells, question: Question) -> Driver:
    """The driver with its parts of the change against the period before, from cells of both periods."""
    split = cells.by(driver.by)
    groups = split.groups()
    if driver.group not in groups:
        return driver
    at, (rate, mix) = groups.index(driver.group), _effects(split.sums, question)
    if rate is None or mix is None:
        return driver
    return replace(driver, rate_effect=float(rate[at]) * question.scale, mix_effect=float(mix[at]) * question.scale)


def _effects(sums: Sums, question: Question) -> Effects | tuple[None, None]:
    """Parts of the change against the period before; None where there was none."""
    if question.whole is not None:
        if not question.whole[BEFORE]:
            return None, None
        return additive_change_effects(
            sums.num[CURRENT], question.whole[CURRENT], sums.num[BEFORE], question.whole[BEFORE]
        )
    if not sums.den[BEFORE].sum():
        return None, None
    return change_effects(sums.num[CURRENT], sums.den[CURRENT], sums.num[BEFORE], sums.den[BEFORE])
