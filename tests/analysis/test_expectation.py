"""Importance and performance: the published classification, derived importance, doubts by resampling."""

from __future__ import annotations

import numpy as np
import pytest

from qualityloop.analysis.expectation import from_means, from_replies

# Martilla and James 1977, after-sales service of a car dealer
PUBLISHED = {
    "right first time": (3.83, 2.63), "fast action on complaints": (3.63, 2.73), "warranty": (3.60, 3.15),
    "any job": (3.56, 3.00), "available": (3.41, 3.05), "courteous": (3.41, 3.29), "ready when promised": (3.38, 3.03),
    "only necessary work": (3.37, 3.11), "low prices": (3.29, 2.00), "clean up": (3.27, 3.02),
    "near home": (2.52, 2.25), "near work": (2.43, 2.49), "courtesy cars": (2.37, 2.35), "notices": (2.05, 3.33),
}  # fmt: skip


def test_the_published_matrix() -> None:
    matrix = from_means(list(PUBLISHED), [i for i, _ in PUBLISHED.values()], [p for _, p in PUBLISHED.values()])
    assert (round(matrix.cross_importance, 2), round(matrix.cross_performance, 2)) == (3.15, 2.82)
    stands = [item.quadrant for item in matrix.items]
    assert [n + 1 for n, q in enumerate(stands) if q == "concentrate"] == [1, 2, 9]
    assert [n + 1 for n, q in enumerate(stands) if q == "keep_up"] == [3, 4, 5, 6, 7, 8, 10]
    assert [n + 1 for n, q in enumerate(stands) if q == "low_priority"] == [11, 12, 13]
    assert [n + 1 for n, q in enumerate(stands) if q == "overkill"] == [14]
    assert not any(item.undecided for item in matrix.items)


def replies(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Stated importance and performance around four clear places, and one item exactly on the cross."""
    rng = np.random.default_rng(seed)
    importance = np.array([4.5, 4.5, 2.5, 2.5, 3.5]) + rng.normal(0, 0.8, (count, 5))
    performance = np.array([2.5, 4.5, 2.5, 4.5, 3.5]) + rng.normal(0, 0.8, (count, 5))
    return importance, performance


def test_an_item_on_the_line_is_undecided_and_the_clear_ones_are_not() -> None:
    importance, performance = replies(300, 1)
    matrix = from_replies(list("abcde"), performance, importance=importance, seed=5, rounds=300)
    assert matrix is not None
    assert [item.quadrant for item in matrix.items[:4]] == ["concentrate", "keep_up", "low_priority", "overkill"]
    assert [item.undecided for item in matrix.items] == [False, False, False, False, True]
    assert matrix.importance == "stated"
    first = matrix.items[0]
    assert first.importance_low is not None
    assert first.importance_high is not None
    # the percentile interval of a mean is near the normal one
    assert first.importance_high - first.importance_low == pytest.approx(
        2 * 1.96 * importance[:, 0].std(ddof=1) / np.sqrt(300), rel=0.2
    )
    again = from_replies(list("abcde"), performance, importance=importance, seed=5, rounds=300)
    assert again == matrix


def test_derived_importance_is_named_and_agrees_with_numpy_and_scipy() -> None:
    from scipy.stats import pearsonr

    rng = np.random.default_rng(8)
    items = np.clip(rng.normal(3.5, 1, (400, 3)), 1, 5)
    overall = 0.8 * items[:, 0] + 0.2 * items[:, 1] + rng.normal(0, 0.5, 400)
    items[:20, 2] = np.nan
    by_correlation = from_replies(list("abc"), items, overall=overall, seed=1, rounds=50)
    assert by_correlation is not None
    assert by_correlation.importance == "correlation"
    known = ~np.isnan(items[:, 2])
    expected = [
        pearsonr(items[:, 0], overall)[0], pearsonr(items[:, 1], overall)[0],
        pearsonr(items[known, 2], overall[known])[0],
    ]  # fmt: skip
    assert [item.importance for item in by_correlation.items] == pytest.approx(expected)
    assert by_correlation.items[2].n == 380
    by_regression = from_replies(list("abc"), items, overall=overall, method="regression", seed=1, rounds=50)
    assert by_regression is not None
    assert by_regression.importance == "regression"
    x, y = items[known], overall[known]
    standard = np.column_stack([(x - x.mean(0)) / x.std(0), np.ones(len(x))])
    beta = np.linalg.solve(standard.T @ standard, standard.T @ ((y - y.mean()) / y.std()))
    assert [item.importance for item in by_regression.items] == pytest.approx(beta[:3])


def test_too_few_replies_say_nothing() -> None:
    importance, performance = replies(29, 1)
    assert from_replies(list("abcde"), performance, importance=importance, seed=1) is None
    assert from_replies(list("abcde"), performance, seed=1) is None
