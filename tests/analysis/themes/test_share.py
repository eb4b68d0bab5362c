"""Shares corrected by a random hand-labelled part: digits of the book, coverage by simulation, honesty."""

from __future__ import annotations

import numpy as np
import pytest

from qualityloop.analysis.themes import corrected_mean, share_of

# Lohr, Sampling: Design and Analysis: 25 of 100 dead trees judged on a photograph (x) and in the field (y)
PHOTO = [10, 12, 7, 13, 13, 6, 17, 16, 15, 10, 14, 12, 10, 5, 12, 10, 10, 9, 6, 11, 7, 9, 11, 10, 10]
FIELD = [15, 14, 9, 14, 8, 5, 18, 15, 13, 15, 11, 15, 12, 8, 13, 9, 11, 12, 9, 12, 13, 11, 10, 9, 8]


def test_regression_and_difference_estimate_of_the_book() -> None:
    fitted = corrected_mean(PHOTO, FIELD, counted_mean=11.3, population=100, method="regression")
    assert fitted.slope == pytest.approx(0.613274, abs=5e-7)
    assert round(fitted.estimate, 2) == 11.99
    assert round(fitted.se, 3) == 0.408
    plain = corrected_mean(PHOTO, FIELD, counted_mean=11.3, population=100, method="difference")
    assert round(plain.estimate, 2) == 12.26
    assert round(plain.se, 3) == 0.457
    assert (plain.sampled, plain.population) == (25, 100)
    assert plain.low < plain.estimate < plain.high


def test_without_labels_a_share_says_that_it_is_unchecked() -> None:
    counted = np.array([True] * 80 + [False] * 20)
    share = share_of(counted, [], [])
    assert (share.checked, share.counted, share.estimate, share.low) == (False, 0.8, None, None)
    few = share_of(counted, range(29), [True] * 29)
    assert (few.checked, few.sampled, few.estimate) == (False, 29, None)


def test_a_machine_that_counts_too_much_is_put_right() -> None:
    rng = np.random.default_rng(3)
    truth = rng.random(20_000) < 0.5
    machine = truth | (rng.random(20_000) < 0.6)  # says 0.8
    places = rng.choice(20_000, 400, replace=False)
    share = share_of(machine, places, truth[places])
    assert share.counted == pytest.approx(0.8, abs=0.02)
    assert share.checked
    assert share.low is not None
    assert share.high is not None
    assert share.low < truth.mean() < share.high < 0.6
    assert share.agreed == int((machine[places] == truth[places]).sum())


@pytest.mark.parametrize(("rate", "wrong"), [(0.5, 0.3), (0.1, 0.1), (0.05, 0.02), (0.8, 0.01)])
def test_the_interval_holds_the_truth_as_often_as_it_says(rate: float, wrong: float) -> None:
    rng = np.random.default_rng(11)
    held, rounds = 0, 400
    for _ in range(rounds):
        truth = rng.random(3000) < rate
        machine = truth ^ (rng.random(3000) < wrong)
        places = rng.choice(3000, 150, replace=False)
        share = share_of(machine, places, truth[places])
        assert share.low is not None
        assert share.high is not None
        held += share.low <= truth.mean() <= share.high
    assert held / rounds >= 0.92


def test_a_machine_without_a_seen_error_is_not_held_for_perfect() -> None:
    counted = np.array([True] * 500 + [False] * 500)
    share = share_of(counted, range(450, 550), counted[450:550])
    assert share.estimate == 0.5
    assert share.low is not None
    assert share.high is not None
    assert share.low < 0.47
    assert share.high > 0.53


def test_nothing_is_corrected_by_one_text() -> None:
    with pytest.raises(ValueError, match="at least two"):
        corrected_mean([1.0], [1.0], counted_mean=0.5, population=10)
