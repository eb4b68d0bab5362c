"""A gap or a change split over segments so that the parts add up exactly.

Segments have numerators and denominators whose sums give the value: V = Σnum / Σden = Σ w·r with the weight
w = den/Σden and the rate r = num/den of each.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Effects(NamedTuple):
    """Parts of a change, one per segment: it got better or worse itself, and it became larger or smaller."""

    rate: Floats
    mix: Floats


def gap_parts(num: Floats, den: Floats, target: float) -> Floats:
    """Parts of V − T: w·(r − T), which add up to the gap; negative parts are segments on the other side of T."""
    parts: Floats = (num - target * den) / den.sum()
    return parts


def additive_gap_parts(num: Floats, whole: float, target: float, reference: Floats) -> Floats:
    """Parts of V − T where only the numerator splits: num/N − T·s with the segment's share s in `reference`.

    Each segment is measured against the part of the target that it would have if the causes were those of the
    reference periods. Without reference rows the target is shared out like the numerators themselves.
    """
    base = reference if reference.sum() > 0 else num
    parts: Floats = num / whole - target * base / base.sum()
    return parts


def change_effects(num: Floats, den: Floats, num_before: Floats, den_before: Floats) -> Effects:
    """Parts of V − V₀ (Kitagawa 1955, with the mean of both periods as weights).

    rate = ½(w + w₀)·(r − r₀), mix = (w − w₀)·(½(r + r₀) − ½(V + V₀)). A segment without rows in one of the periods
    takes its rate from the other one, so that coming or going is mix only.
    """
    weight, weight_before = den / den.sum(), den_before / den_before.sum()
    rate = np.divide(num, den, out=np.zeros_like(num), where=den > 0)
    rate_before = np.divide(num_before, den_before, out=np.zeros_like(num), where=den_before > 0)
    rate = np.where(den > 0, rate, rate_before)
    rate_before = np.where(den_before > 0, rate_before, rate)
    middle = (num.sum() / den.sum() + num_before.sum() / den_before.sum()) / 2
    return Effects(
        (weight + weight_before) / 2 * (rate - rate_before),
        (weight - weight_before) * ((rate + rate_before) / 2 - middle),
    )


def additive_change_effects(num: Floats, whole: float, num_before: Floats, whole_before: float) -> Effects:
    """Parts of V − V₀ where only the numerator splits: all of it is rate, per unit of the whole."""
    return Effects(num / whole - num_before / whole_before, np.zeros_like(num))
