"""Which method is used, what is answered, and what is said about it."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest

from qualityloop.analysis.effect import Estimate, evaluate_effect, other_groups
from qualityloop.analysis.effect.verdict import change_text, judge, reached
from tests.analysis.effect.build import MEAN, RATE, SHARE, TEAM_A, means, question, shares, team, values

RNG = np.random.default_rng(11)


def escalated(
    before: int, after: int, change: float, rows: int = 200
) -> list[tuple[float | None, float | None, float]]:
    share = np.where(np.arange(before + after) < before, 0.13, 0.13 + change)
    return shares(np.random.default_rng(3).binomial(rows, share).astype(float).tolist(), [rows] * (before + after))


@pytest.mark.parametrize(
    ("low", "high", "expected", "verdict", "got"),
    [
        (-0.08, -0.02, -0.05, "effective", "open"),
        (-0.08, -0.06, -0.05, "effective", "yes"),
        (-0.03, -0.01, -0.05, "effective", "no"),
        (-0.04, 0.01, -0.05, "not_effective", "no"),
        (-0.06, 0.01, -0.05, "cannot_tell_yet", "open"),
        (0.01, 0.03, None, "not_effective", None),
        (-0.04, 0.01, None, "cannot_tell_yet", None),
        (float("-inf"), -0.01, -0.05, "cannot_tell_yet", "open"),
    ],
)
def test_the_interval_decides(low: float, high: float, expected: float | None, verdict: str, got: str | None) -> None:
    asked = question(SHARE, 8, expected=expected)
    estimate = Estimate((low + high) / 2, low, high)
    assert judge(estimate, asked) == verdict
    assert reached(estimate, asked) == got


def test_difference_and_ratio_must_agree() -> None:
    asked = question(SHARE, 8, expected=-0.05)
    assert judge(Estimate(-0.05, -0.1, -0.001, (0.7, 0.5, 0.99)), asked) == "effective"
    assert judge(Estimate(-0.05, -0.1, -0.001, (0.7, 0.5, 1.01)), asked) == "cannot_tell_yet"


def test_enough_points_make_an_interrupted_series() -> None:
    found = evaluate_effect(values(SHARE, {(): escalated(30, 14, -0.08)}), question(SHARE, 30, expected=-0.04))
    assert (found.method, found.verdict) == ("interrupted_series", "effective")
    assert (found.points_before, found.points_after) == (30, 14)
    assert found.estimate is not None
    assert found.estimate.ratio is not None
    assert found.estimate.low <= -0.08 <= found.estimate.high
    assert found.expected_without == pytest.approx(0.13, abs=0.05)
    last = found.points[-1]
    assert last.low is not None
    assert last.counterfactual is not None
    assert last.high is not None
    assert last.low < last.counterfactual < last.high
    assert found.points[0].counterfactual == pytest.approx(found.points[0].fitted)
    assert len(found.diagnostics.residuals) == 44
    assert found.diagnostics.newey_west is not None
    assert [p.what for p in found.placebos] == ["dates"]
    assert found.placebos[0].tried == 15  # 8 … 22 of the 30 points before


def test_untouched_groups_stand_in_for_points() -> None:
    rng = np.random.default_rng(8)
    shock = 8 * rng.standard_normal(12)
    lines = {team(n): means((50 + shock + rng.standard_normal(12)).tolist()) for n in "BCD"}
    mine = 47 + shock + rng.standard_normal(12) - 6 * (np.arange(12) >= 7)
    every = values(MEAN, {TEAM_A: means(mine.tolist()), **lines})
    assert other_groups(every, [TEAM_A]) == tuple(lines)
    asked = question(MEAN, 7, treated=(TEAM_A,), untouched=tuple(lines), expected=-4.0)
    found = evaluate_effect(every, asked)
    assert (found.method, found.verdict) == ("difference_in_differences", "effective")
    assert found.estimate is not None
    assert found.estimate.low <= -6 <= found.estimate.high
    assert {p.what for p in found.placebos} == {"groups"}
    assert "7 periods before and 5 after" in str(found.method_reason)
    assert found.points[0].control is not None


def test_groups_that_drift_apart_prove_nothing() -> None:
    rng = np.random.default_rng(8)
    flat = means((50 + 0.3 * rng.standard_normal(14)).tolist())
    falling = means((50 - 1.5 * np.arange(14) + 0.3 * rng.standard_normal(14)).tolist())
    asked = question(MEAN, 7, treated=(TEAM_A,), untouched=(team("B"),), expected=-4.0)
    found = evaluate_effect(values(MEAN, {TEAM_A: falling, team("B"): flat}), asked)
    assert found.verdict == "cannot_tell_yet"
    assert "drifting apart" in str(found.sentence)
    assert any("drifting apart" in str(w) for w in found.warnings)


def test_shares_alone_come_with_a_caution() -> None:
    found = evaluate_effect(values(SHARE, {(): escalated(4, 3, -0.08)}), question(SHARE, 4, expected=-0.04))
    assert (found.method, found.verdict) == ("before_after_shares", "effective")
    assert any("regression to the mean" in str(w) for w in found.warnings)
    assert "回归" in " ".join(w.in_language("zh") for w in found.warnings)


def test_nothing_is_possible_with_a_few_means() -> None:
    found = evaluate_effect(values(MEAN, {(): means([5.0, 6, 5, 6, 4])}), question(MEAN, 3, expected=-1.0))
    assert (found.method, found.verdict, found.estimate) == ("none", "cannot_tell_yet", None)
    assert "8 are needed" in str(found.method_reason)


def test_the_planned_method_is_kept_where_it_is_possible() -> None:
    series = values(SHARE, {(): escalated(30, 14, -0.08)})
    kept = evaluate_effect(series, question(SHARE, 30, planned="before_after_shares"))
    assert kept.method == "before_after_shares"
    assert "the plan named" in str(kept.method_reason)
    other = evaluate_effect(series, question(SHARE, 30, planned="difference_in_differences"))
    assert other.method == "interrupted_series"
    assert "there are no untouched groups" in str(other.warnings[0])


def test_when_it_could_be_told_is_when_it_can() -> None:
    """The forecast made eight months after the start is about right once the data are there."""
    rng = np.random.default_rng(5)
    noise = rng.standard_normal(400) * 4
    series = means((50 + noise - 2 * (np.arange(400) >= 60)).tolist())
    asked = question(MEAN, 60, expected=-3.0)
    early = evaluate_effect(values(MEAN, {(): series[:68]}), asked)
    assert early.verdict == "cannot_tell_yet"
    assert early.further_periods is not None
    assert early.until_told is not None
    assert f"{early.further_periods} more months" in str(early.sentence)
    until = 68 + early.further_periods
    assert (early.until_told.year - 2024) * 12 + early.until_told.month == until
    later = evaluate_effect(values(MEAN, {(): series[:until]}), asked).estimate
    assert later is not None
    assert later.high - later.low == pytest.approx(3.0, rel=0.3)


def test_some_changes_are_too_small_to_be_seen_by_waiting() -> None:
    rng = np.random.default_rng(6)
    asked = question(MEAN, 9, expected=-0.5)
    found = evaluate_effect(values(MEAN, {(): means((50 + 4 * rng.standard_normal(18)).tolist())}), asked)
    assert (found.verdict, found.further_periods, found.until_told) == ("cannot_tell_yet", None, None)
    assert "Waiting alone" in str(found.sentence)


def test_the_first_days_may_be_left_out() -> None:
    series = escalated(12, 12, -0.08)
    asked = question(SHARE, 12, transition_days=45)
    found = evaluate_effect(values(SHARE, {(): series}), asked)
    assert [p.phase for p in found.points[11:15]] == ["before", "transition", "transition", "after"]
    assert found.points_after == 10
    assert found.points[12].fitted is None
    middle = evaluate_effect(values(SHARE, {(): series}), question(SHARE, 12, start=date(2025, 1, 15)))
    assert middle.points[12].phase == "transition"  # partly before the start


def test_until_cuts_the_series() -> None:
    asked = question(SHARE, 12, until=date(2025, 9, 30))
    found = evaluate_effect(values(SHARE, {(): escalated(12, 12, -0.08)}), asked)
    assert found.points[-1].period == date(2025, 9, 1)


def test_nothing_left_to_count_after_the_start() -> None:
    hits = [4.0, 6, 3, 5, 7, 4, 5, 6, 4, 5] + [0.0] * 9
    found = evaluate_effect(values(RATE, {(): shares(hits, [500.0] * 19)}), question(RATE, 10, expected=-0.005))
    assert (found.kind, found.method) == ("rate", "interrupted_series")
    assert found.verdict == "effective"
    assert any("No case at all" in str(w) for w in found.warnings)


def test_rates_and_gaps() -> None:
    hits = RNG.poisson(np.where(np.arange(40) < 28, 30, 15)).astype(float).tolist()
    series = shares(hits, [1000.0] * 40)
    series[5] = (None, None, 0)
    found = evaluate_effect(values(RATE, {(): series}), question(RATE, 28, expected=-0.01))
    assert found.verdict == "effective"
    assert found.points_before == 27
    assert found.points[5].fitted is None
    assert "1 periods have no value" in " ".join(map(str, found.warnings))


def test_several_treated_groups_are_one() -> None:
    a, b = escalated(10, 10, -0.08, 100), escalated(10, 10, -0.08, 300)
    together = [(None, (x[1] or 0) + (y[1] or 0), x[2] + y[2]) for x, y in zip(a, b, strict=True)]
    merged = shares([h for _, h, _ in together], [n for _, _, n in together])
    asked = question(SHARE, 10, treated=(TEAM_A, team("B")))
    one = evaluate_effect(values(SHARE, {TEAM_A: a, team("B"): b}), asked)
    other = evaluate_effect(values(SHARE, {(): merged}), question(SHARE, 10))
    assert one.estimate == other.estimate


def test_everything_goes_into_json() -> None:
    found = evaluate_effect(values(SHARE, {(): escalated(30, 14, -0.08)}), question(SHARE, 30, expected=-0.04))
    answer = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert answer["verdict"] == "effective"
    assert set(answer["sentence"]) == {"zh", "en"}
    assert answer["sentence"]["zh"].startswith("有效")
    assert len(answer["points"]) == 44


def test_differences_are_said_in_points() -> None:
    assert change_text(-0.05, "percent").zh == "−5.0 个百分点"
    assert change_text(0.004, "percent").en == "+0.40 percentage points"
    assert change_text(-2.5, "hours").en == "−2.5 h"
