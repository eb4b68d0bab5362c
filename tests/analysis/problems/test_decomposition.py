"""Parts add up to the whole, whatever the numbers; and a case worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualityloop.analysis.problems.decomposition import (
    additive_change_effects,
    additive_gap_parts,
    change_effects,
    gap_parts,
)

AMOUNT = st.floats(0, 1e4).map(lambda x: round(x, 3))
SEGMENTS = st.lists(st.tuples(AMOUNT, AMOUNT, AMOUNT, AMOUNT), min_size=1, max_size=12)


def columns(rows: list[tuple[float, float, float, float]]) -> list[np.ndarray]:
    """Four arrays; denominators of 0 have no numerator, and each period has some row."""
    num, den, num0, den0 = (np.array(c) for c in zip(*rows, strict=True))
    den[0], den0[0] = den[0] + 1, den0[0] + 1
    return [np.where(den > 0, num, 0), den, np.where(den0 > 0, num0, 0), den0]


@given(SEGMENTS, st.floats(-100, 100))
def test_gap_parts_add_up(rows: list[tuple[float, float, float, float]], target: float) -> None:
    num, den, _, _ = columns(rows)
    gap = sum(num.tolist()) / sum(den.tolist()) - target
    assert sum(gap_parts(num, den, target).tolist()) == pytest.approx(gap, rel=1e-9, abs=1e-6)


@given(SEGMENTS)
def test_rate_and_mix_add_up_to_the_change(rows: list[tuple[float, float, float, float]]) -> None:
    num, den, num0, den0 = columns(rows)
    rate, mix = change_effects(num, den, num0, den0)
    change = sum(num.tolist()) / sum(den.tolist()) - sum(num0.tolist()) / sum(den0.tolist())
    assert sum(rate.tolist()) + sum(mix.tolist()) == pytest.approx(change, rel=1e-9, abs=1e-6)


@given(SEGMENTS, st.floats(0, 10))
def test_additive_parts_add_up(rows: list[tuple[float, float, float, float]], target: float) -> None:
    num, _, reference, _ = columns(rows)
    num[0] += 1
    gap = sum(num.tolist()) / 500 - target
    assert sum(additive_gap_parts(num, 500.0, target, reference).tolist()) == pytest.approx(gap, rel=1e-9, abs=1e-6)
    rate, mix = additive_change_effects(num, 500.0, reference, 400.0)
    change = sum(num.tolist()) / 500 - sum(reference.tolist()) / 400
    assert sum(rate.tolist()) + sum(mix.tolist()) == pytest.approx(change, rel=1e-9, abs=1e-6)


def test_by_hand() -> None:
    """Day 900 rows at 94 %, night 100 at 50 %; before, night was 50 of 1 000 rows at 90 %, day at 94 %."""
    num, den = np.array([846.0, 50.0]), np.array([900.0, 100.0])
    num0, den0 = np.array([893.0, 45.0]), np.array([950.0, 50.0])
    # 89.6 % against 95 %: −5.4 points, 4.5 of them from the night
    assert gap_parts(num, den, 0.95) == pytest.approx([-0.009, -0.045])
    rate, mix = change_effects(num, den, num0, den0)
    assert rate == pytest.approx([0.0, 0.075 * (0.5 - 0.9)])
    # overall 93.8 % → 89.6 %, middle 91.7 %: day shrank by 5 points of the mix, night grew by 5
    assert mix == pytest.approx([-0.05 * (0.94 - 0.917), 0.05 * (0.70 - 0.917)])
    assert rate.sum() + mix.sum() == pytest.approx(0.896 - 0.938)


def test_what_comes_new_is_mix_only() -> None:
    rate, mix = change_effects(
        np.array([90.0, 10.0]), np.array([100.0, 100.0]), np.array([90.0, 0]), np.array([100, 0.0])
    )
    assert rate.tolist() == [0.0, 0.0]
    assert mix.sum() == pytest.approx(0.5 - 0.9)
