"""The factors of the rank, against published numbers and numbers worked out by hand."""

from __future__ import annotations

import math

import pytest

from qualityloop.analysis.problems.grading import grade
from qualityloop.analysis.problems.problem import Ranking
from qualityloop.analysis.problems.ranking import (
    periods_missed,
    probability_met,
    shortfall,
    steps_for_the_worse,
    unit_of_distance,
    worsening_factor,
)


def test_distance_is_counted_from_target_to_warning() -> None:
    assert shortfall(0.712, 0.90, "higher") / unit_of_distance(0.90, 0.85) == pytest.approx(3.76)
    assert shortfall(0.02, 0.01, "lower") / unit_of_distance(0.01, 0.015) == pytest.approx(2.0)
    assert shortfall(0.95, 0.90, "higher") < 0
    assert unit_of_distance(40, None) == pytest.approx(4.0)
    assert unit_of_distance(0, 0) == 1.0


def test_probability_of_having_met_the_target() -> None:
    # The upper bound exactly on the target: 1.96 standard errors, one-sided 0.025.
    assert probability_met(0.80, 0.90, "higher", 0.70, 0.90) == pytest.approx(0.025)
    assert probability_met(5.0, 3.0, "lower", 3.0, 9.0) == pytest.approx(0.025)
    assert probability_met(0.90, 0.90, "higher", 0.8, 0.95) == pytest.approx(0.5)
    assert probability_met(0.5, 0.9, "higher", None, None) is None
    assert probability_met(0.5, 0.9, "higher", 0.2, math.inf) == 1.0
    assert probability_met(3.0, 2.0, "lower", 3.0, 3.0) == 0.0


def test_runs_end_at_the_first_good_period() -> None:
    assert periods_missed([0.8, 0.95, 0.7, 0.88], 0.9, "higher") == 2
    assert periods_missed([0.8, None, 0.88], 0.9, "higher") == 1
    assert periods_missed([0.8, 0.9], 0.9, "higher") == 0
    assert periods_missed([2.0, 3.0], 1.0, "lower") == 2


def test_worsening() -> None:
    assert steps_for_the_worse([0.95, 0.9, 0.92, 0.91, 0.85], "higher") == 2
    assert worsening_factor(-1, [], "higher") == 1.5
    assert worsening_factor(1, [], "higher") == 1.0
    assert worsening_factor(1, [], "lower") == 1.5
    assert worsening_factor(0, [1, 2, 3, 4], "lower") == 1.25
    assert worsening_factor(None, [1, 2, 2, 4], "lower") == 1.0


def test_score_is_the_product_of_what_is_shown() -> None:
    assert Ranking(affected=347, distance=3.76, certainty=0.99, worsening=1.5).score == pytest.approx(1937.51, abs=0.01)


@pytest.mark.parametrize(
    ("kind", "distance", "signal_bad", "missed", "expected"),
    [
        ("complaint", 0.5, True, 1, "urgent"),  # the complaint rate jumps
        ("complaint", 3.0, False, 1, "urgent"),
        ("complaint", 1.5, False, 1, "important"),
        ("complaint", 0.5, False, 4, "ordinary"),
        ("satisfaction", 0.2, False, 2, "important"),  # below target two months running
        ("satisfaction", 0.2, True, 1, "ordinary"),
        ("other", 0.9, True, 9, "ordinary"),  # slightly off
        ("other", 1.2, False, 1, "ordinary"),
        ("other", 1.2, True, 1, "important"),
        ("other", 1.2, False, 2, "important"),
    ],
)
def test_grades(kind: str, distance: float, signal_bad: bool, missed: int, expected: str) -> None:
    found, reason = grade(kind, distance=distance, signal_bad=signal_bad, missed_in_a_row=missed)  # type: ignore[arg-type]
    assert found == expected
    assert str(reason)
