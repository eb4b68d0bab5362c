"""The search names what was planted, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualityloop.analysis.problems.cells import BEFORE, CURRENT, REFERENCE, Cells, Dimension, merged
from qualityloop.analysis.problems.drivers import Question, find_drivers, with_effects

SHIFTS, TEAMS, CHANNELS = ("早班", "中班", "夜班"), ("一组", "二组", "夜班组"), ("phone", "online")


def cells(*rows: tuple[int, str, str, str, float, float]) -> Cells:
    """(bucket, shift, team, channel, num, den) of a share, one cell each."""
    bucket, shift, team, channel, num, den = zip(*rows, strict=True)

    def coded(name: str, labels: tuple[str, ...], values: tuple[str, ...]) -> Dimension:
        return Dimension(name, np.array([labels.index(v) for v in values]), labels)

    return Cells(
        (coded("shift", SHIFTS, shift), coded("team", TEAMS, team), coded("channel", CHANNELS, channel)),
        np.array(bucket),
        np.array(num, dtype=float),
        np.array(den, dtype=float),
        np.array(num, dtype=float),
    )


NIGHT_IS_LATE = cells(
    (CURRENT, "早班", "一组", "phone", 465, 500),
    (CURRENT, "早班", "二组", "online", 372, 400),
    (CURRENT, "中班", "一组", "online", 280, 300),
    (CURRENT, "中班", "二组", "phone", 186, 200),
    (CURRENT, "夜班", "夜班组", "phone", 40, 120),
    (CURRENT, "夜班", "夜班组", "online", 25, 80),
    (BEFORE, "早班", "一组", "phone", 930, 1000),
    (BEFORE, "夜班", "夜班组", "phone", 90, 100),
)


def test_the_night_shift_is_named_once_and_not_as_a_team_too() -> None:
    drivers = find_drivers(NIGHT_IS_LATE, Question(target=0.9, higher_is_better=True))
    assert [d.group for d in drivers] == [(("shift", "夜班"),)]
    night = with_effects(drivers[0], NIGHT_IS_LATE, Question(target=0.9, higher_is_better=True))
    assert night.value == pytest.approx(65 / 200)
    assert night.n == 200
    # everything: 1368 of 1600 = 85.5 %, gap 4.5 points; the night alone (65 − 0.9 × 200) / 1600 = −7.1875 points
    assert night.share_of_gap == pytest.approx((65 - 180) / (1368 - 1440))
    assert night.share_of_rows == pytest.approx(1 / 8)
    # change of the night: ½(200/1600 + 100/1100) × (0.325 − 0.9)
    assert night.rate_effect == pytest.approx((1 / 8 + 1 / 11) / 2 * (0.325 - 0.9))


def test_two_dimensions_only_where_one_does_not_say_it() -> None:
    rows = [(CURRENT, s, t, c, 186.0, 200.0) for s in SHIFTS for t in TEAMS[:2] for c in CHANNELS]
    rows = [(*row[:4], 60.0, 200.0) if row[1] == "夜班" and row[3] == "online" else row for row in rows]
    drivers = find_drivers(cells(*rows), Question(target=0.9, higher_is_better=True))
    assert [d.group for d in drivers] == [(("shift", "夜班"), ("channel", "online"))]
    assert drivers[0].by == ("shift", "channel")


def test_a_large_segment_that_is_like_the_others_is_no_driver() -> None:
    even = cells(
        (CURRENT, "早班", "一组", "phone", 720, 900),
        (CURRENT, "中班", "二组", "online", 79, 100),
        (CURRENT, "夜班", "夜班组", "online", 41, 50),
    )
    assert find_drivers(even, Question(target=0.9, higher_is_better=True)) == ()


def test_a_few_rows_prove_nothing() -> None:
    few = cells((CURRENT, "早班", "一组", "phone", 750, 900), (CURRENT, "夜班", "夜班组", "online", 0, 15))
    assert find_drivers(few, Question(target=0.9, higher_is_better=True)) == ()


def test_causes_are_measured_against_earlier_periods() -> None:
    """Complaints by category: 60 + 40 before; now 50 + 35 and 60 of a category that was hardly known."""
    counts = Cells(
        (Dimension("category", np.array([0, 1, 2, 0, 1, 2]), ("态度", "维修", "物流")),),
        np.array([CURRENT, CURRENT, CURRENT, REFERENCE, REFERENCE, REFERENCE]),
        np.array([50.0, 35, 60, 58, 40, 2]),
        np.zeros(6),
        np.array([50.0, 35, 60, 58, 40, 2]),
    )
    drivers = find_drivers(counts, Question(0.01, False, poisson=True, whole=(5000.0, 0.0, 10000.0)))
    assert [d.group for d in drivers] == [(("category", "物流"),)]
    # 145/5000 = 2.9 %, gap 1.9 points; logistics 60/5000 − 0.01 × 2/100
    assert drivers[0].share_of_gap == pytest.approx((0.012 - 0.0002) / 0.019)
    assert (drivers[0].n, drivers[0].value) == (60, pytest.approx(0.012))
    assert drivers[0].rate_effect is None


def test_nothing_to_explain() -> None:
    met = cells((CURRENT, "早班", "一组", "phone", 90, 100), (CURRENT, "夜班", "夜班组", "online", 90, 100))
    assert find_drivers(met, Question(target=0.9, higher_is_better=True)) == ()


def test_codes_of_two_tables_are_brought_together() -> None:
    counted = Cells(
        (Dimension("team", np.array([0, 1]), ("一组", None)),), np.zeros(2, int), *(np.array([3.0, 1]),) * 3
    )
    rows = Cells((Dimension("team", np.array([0, 1]), ("二组", "一组")),), np.zeros(2, int), *(np.array([5.0, 7]),) * 3)
    both = merged([counted, rows])
    split = both.by(("team",))
    assert dict(zip(split.groups(), split.sums.num[CURRENT].tolist(), strict=True)) == {
        (("team", "一组"),): 10.0,
        (("team", None),): 1.0,
        (("team", "二组"),): 5.0,
    }


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.5, 0.99))
def test_shares_of_the_gap_are_never_counted_twice(seed: int, target: float) -> None:
    """Whatever is found, the named segments and the rows left over add up to the gap."""
    rng = np.random.default_rng(seed)
    size = 60
    den = rng.integers(20, 200, size).astype(float)
    num = np.floor(den * rng.uniform(0.2, 1, size))
    made = Cells(
        tuple(Dimension(n, rng.integers(0, 3, size), ("a", "b", "c")) for n in ("shift", "team", "channel")),
        np.zeros(size, dtype=np.int64),
        num,
        den,
        num,
    )
    gap = num.sum() / den.sum() - target
    drivers = find_drivers(made, Question(target, higher_is_better=True))
    left = np.ones(size, dtype=bool)
    for driver in drivers:
        left &= ~made.belongs(driver.group)
    rest = (num[left].sum() - target * den[left].sum()) / den.sum()
    assert sum(d.share_of_gap for d in drivers) * gap + rest == pytest.approx(gap, abs=1e-9)
