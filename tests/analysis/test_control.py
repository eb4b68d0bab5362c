"""Control charts against the NIST handbook and the figures printed by the R package qcc."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from qualityloop.analysis import control

NIST_XMR = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
NIST_P = """.24 .30 .16 .20 .08 .14 .32 .18 .28 .20 .10 .12 .34 .24 .44 .16 .20 .10 .26 .22
            .40 .36 .48 .30 .18 .24 .14 .26 .18 .12"""
NIST_CUSUM = """324.925 324.675 324.725 324.350 325.350 325.225 324.125 324.525 325.225 324.600 324.625 325.150
                328.325 327.250 327.825 328.500 326.675 327.775 326.875 328.350"""


def _numbers(text: str) -> np.ndarray:
    return np.array(text.split(), dtype=float)


def test_individuals_of_the_nist_handbook() -> None:
    chart = control.individuals(NIST_XMR)
    assert round(chart.center, 2) == 50.81
    assert (round(chart.upper[0], 4), round(chart.lower[0], 4)) == (55.8041, 45.8159)
    assert len(chart.out) == 0


def test_share_chart_of_the_nist_handbook() -> None:
    chart = control.p(_numbers(NIST_P) * 50, 50)
    assert (round(chart.center, 4), round(chart.upper[0], 4), round(chart.lower[0], 4)) == (0.2313, 0.4102, 0.0524)
    assert list(chart.out + 1) == [15, 23]


def test_cusum_of_the_nist_handbook() -> None:
    result = control.cusum(_numbers(NIST_CUSUM), target=325, k=0.3175, h=4.1959)
    printed = [3.01, 4.94, 7.45, 10.63, 11.99, 14.44, 16.00, 19.04]
    np.testing.assert_allclose(result.high[12:], printed, atol=0.0051)
    assert list(np.flatnonzero(result.signals) + 1) == list(range(14, 21))
    mirrored = control.cusum(650 - _numbers(NIST_CUSUM), target=325, k=0.3175, h=4.1959)
    np.testing.assert_allclose(mirrored.low, result.high, atol=1e-9)
    assert list(mirrored.signals) == list(-result.signals)


def _table(folder: Path, name: str) -> list[dict[str, str]]:
    lines = (folder / "spc_qcc_a" / f"{name}.txt").read_text().splitlines()
    header, *rows = (line.split() for line in lines if line.strip())
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def printed(real_data: Path) -> dict[tuple[str, str, str], str]:
    with (real_data / "spc_qcc_a" / "expected.csv").open() as file:
        return {(r["chart"], r["subset"], r["statistic"]): r["value"] for r in csv.DictReader(file)}


def _check(printed: dict[tuple[str, str, str], str], chart: str, subset: str, got: dict[str, float]) -> None:
    """Every figure printed for this chart, to its printed digits."""
    expected = {k[2]: v for k, v in printed.items() if k[:2] == (chart, subset)}
    assert expected.keys() == got.keys()
    for statistic, text in expected.items():
        digits = len(text.split(".")[1]) if "." in text else 0
        assert got[statistic] == pytest.approx(float(text), abs=0.51 * 10**-digits), (chart, statistic)


def _limits(chart: control.Chart) -> dict[str, float]:
    return {"center": chart.center, "LCL": chart.lower[0], "UCL": chart.upper[0]}


@pytest.fixture(scope="module")
def rings(real_data: Path) -> np.ndarray:
    trial = [r for r in _table(real_data, "pistonrings") if r["trial"] == "TRUE"]
    return np.array([float(r["diameter"]) for r in trial]).reshape(25, 5)


def test_means_ranges_and_deviations_of_piston_rings(printed: dict, rings: np.ndarray) -> None:
    subset = "samples 1-25 (n=5)"
    means, ranges = control.xbar_r(rings)
    sigma = control.sigma_from_ranges(rings)
    _check(printed, "xbar", subset, {**_limits(means), "sd (UWAVE-R)": sigma})
    # qcc's table says d3(5) = 0.8640855 where the integral is 0.8640819: the seventh digit differs
    assert ranges.upper[0] == pytest.approx(float(printed["R", subset, "UCL"]), abs=2e-7)
    _check(printed, "R", subset, {**_limits(ranges), "UCL": float(printed["R", subset, "UCL"])})
    means, deviations = control.xbar_s(rings)
    sigma = control.sigma_from_deviations(rings)
    _check(printed, "S", subset, {"center": deviations.center, "sd": sigma, "UCL": deviations.upper[0]})
    assert means.center == pytest.approx(74.00118, abs=1e-5)
    assert means.upper[0] - means.center == pytest.approx(3 * sigma / 5**0.5)
    assert len(means.out) == 0


def test_ewma_and_capability_of_piston_rings(printed: dict, rings: np.ndarray) -> None:
    sigma, center = control.sigma_from_ranges(rings), float(rings.mean())
    chart = control.ewma(rings.mean(axis=1), center=center, sigma=sigma / 5**0.5)
    got = {f"{side} at {i}": a[i - 1] for side, a in (("LCL", chart.lower), ("UCL", chart.upper)) for i in (1, 25)}
    _check(printed, "ewma lambda=0.2 nsigmas=3", "samples 1-25", got)
    fit = control.capability(mean=center, sigma=sigma, n=125, lower=73.95, upper=74.05)
    got = {"Cp": fit.cp, "Cp_l": fit.cp_lower, "Cp_u": fit.cp_upper, "Cpk": fit.cpk}
    got |= {"Cp 95% CI low": fit.low, "Cp 95% CI high": fit.high}
    _check(printed, "capability LSL=73.95 USL=74.05", "samples 1-25", got)
    fit = control.capability(mean=center, sigma=sigma, n=125, lower=73.95, upper=74.05, target=74.02)
    _check(printed, "capability LSL=73.95 USL=74.05 target 74.02", "samples 1-25", {"Cpm": fit.cpm})


def test_later_rings_are_out_by_the_earlier_limits(real_data: Path) -> None:
    rows = _table(real_data, "pistonrings")
    table = np.array([float(r["diameter"]) for r in rows]).reshape(40, 5)
    means, _ = control.xbar_r(table, baseline=np.arange(40) < 25)
    assert list(means.out + 1) == [37, 38, 39]  # Montgomery, phase II
    assert (means.signals[36:39] == 1).all()


def test_orange_juice_cans(printed: dict, real_data: Path) -> None:
    rows = [r for r in _table(real_data, "orangejuice") if r["trial"] == "TRUE"]
    counts = np.array([float(r["D"]) for r in rows])
    chart = control.p(counts, 50)
    _check(printed, "p", "trial (30 samples of 50)", _limits(chart))
    assert list(chart.out + 1) == [15, 23]
    _check(printed, "np", "trial (30 samples of 50)", _limits(control.np_chart(counts, 50)))
    kept = ~np.isin(np.arange(1, 31), [15, 23])
    _check(printed, "p", "trial without samples 15 and 23", _limits(control.p(counts, 50, baseline=kept)))


def test_circuit_boards(printed: dict, real_data: Path) -> None:
    rows = [r for r in _table(real_data, "circuit") if r["trial"] == "TRUE"]
    counts, sizes = (np.array([float(r[k]) for r in rows]) for k in ("x", "size"))
    chart = control.c(counts)
    _check(printed, "c", "trial (26 samples)", _limits(chart))
    assert list(chart.out + 1) == [6, 20]
    kept = ~np.isin(np.arange(1, 27), [6, 20])
    _check(printed, "c", "trial without samples 6 and 20", _limits(control.c(counts, baseline=kept)))
    chart = control.u(counts, sizes, baseline=kept)
    _check(printed, "u", "trial without samples 6 and 20 (size 100)", _limits(chart))


@pytest.mark.parametrize("n", [2, 5, 10, 25])
def test_constants_agree_with_their_integrals(n: int) -> None:
    cdf = stats.norm.cdf
    mean = integrate.quad(lambda x: 1 - cdf(x) ** n - (1 - cdf(x)) ** n, -9, 9)[0]
    assert control.d2(n) == pytest.approx(mean, abs=6e-4)
    ranges = np.ptp(np.random.default_rng(5).standard_normal((200_000, n)), axis=1)
    assert control.d3(n) == pytest.approx(ranges.std(), abs=5e-3)
    deviation = integrate.quad(lambda s: s * stats.chi(n - 1).pdf(s), 0, 40)[0] / (n - 1) ** 0.5
    assert control.c4(n) == pytest.approx(deviation, rel=1e-8)


def _laney_by_hand(x: list[float], n: list[float], *, poisson: bool) -> tuple[float, float, list[float]]:
    center = sum(x) / sum(n)
    sigma = [((center if poisson else center * (1 - center)) / k) ** 0.5 for k in n]
    z = [(a / b - center) / s for a, b, s in zip(x, n, sigma, strict=True)]
    ranges = [abs(b - a) for a, b in itertools.pairwise(z)]
    sigma_z = sum(ranges) / len(ranges) / 1.128
    return center, sigma_z, [3 * s * sigma_z for s in sigma]


@pytest.mark.parametrize("poisson", [False, True])
def test_laney_charts_by_the_formula_written_out(poisson: bool) -> None:
    x, n = [30, 42, 25, 60, 38, 51], [300, 410, 280, 520, 350, 505]
    chart = control.laney_u(x, n) if poisson else control.laney_p(x, n)
    center, sigma_z, half = _laney_by_hand(x, n, poisson=poisson)
    assert (chart.center, chart.sigma_z) == pytest.approx((center, sigma_z))
    np.testing.assert_allclose(chart.upper, center + np.array(half))
    np.testing.assert_allclose(chart.lower, np.maximum(center - np.array(half), 0))


@pytest.mark.parametrize("poisson", [False, True])
def test_laney_limits_of_the_next_point_use_its_own_size(poisson: bool) -> None:
    x, n = [30, 42, 25, 60, 38, 51], [300, 410, 280, 520, 350, 505]
    limits = control.laney_u_limits if poisson else control.laney_p_limits
    center, sigma_z, _ = _laney_by_hand(x, n, poisson=poisson)
    gaps_x, gaps_n = [np.nan, *x[:3], 0, *x[3:]], [np.nan, *n[:3], 0, *n[3:]]
    got = limits([gaps_x, gaps_x], [gaps_n, gaps_n], [100, 900])
    spread = center if poisson else center * (1 - center)
    expected = [center + 3 * (spread / size) ** 0.5 * sigma_z for size in (100, 900)]
    np.testing.assert_allclose(got.center, center)
    np.testing.assert_allclose(got.upper, expected)


def test_laney_with_sigma_z_of_one_is_the_plain_chart() -> None:
    # neighbours 1.128 sigma apart: the spread between points is exactly that within them
    n, center = 400.0, 0.3
    sigma = (center * (1 - center) / n) ** 0.5
    x = np.array([center + (-1) ** i * 0.564 * sigma for i in range(10)]) * n
    prime, plain = control.laney_p(x, n), control.p(x, n)
    assert prime.sigma_z == pytest.approx(1)
    np.testing.assert_allclose(prime.upper, plain.upper)


def test_a_history_without_spread_still_has_limits() -> None:
    limits = control.laney_p_limits(np.full(10, 200), np.full(10, 200), 200)  # always all right
    assert limits.center == 1
    assert list(control.signals([199 / 200, 150 / 200], limits)) == [0, -1]
    limits = control.laney_u_limits(np.zeros(10), np.full(10, 500), 500)  # never a complaint
    assert list(control.signals([1 / 500, 20 / 500], limits)) == [0, 1]


def test_xmr_limits_skip_gaps_and_judge_series_apart() -> None:
    gaps = [np.nan, *NIST_XMR[:4], np.nan, np.nan, *NIST_XMR[4:]]
    limits = control.xmr_limits([gaps, [7.0] * len(gaps), [np.nan] * len(gaps)])
    assert (round(limits.upper[0], 4), round(limits.lower[0], 4)) == (55.8041, 45.8159)
    np.testing.assert_array_equal(control.signals([56.0, 7.0 * (1 + 1e-12), 1.0], limits), [1, 0, np.nan])


@given(st.lists(st.floats(-50, 50), min_size=3, max_size=30), st.floats(-100, 100))
def test_xmr_moves_with_its_data(values: list[float], shift: float) -> None:
    one, two = control.individuals(values), control.individuals(np.array(values) + shift)
    np.testing.assert_allclose(two.upper, one.upper + shift, atol=1e-9)
    np.testing.assert_allclose(two.lower, one.lower + shift, atol=1e-9)


RULES = [  # rule, points in sigmas, first position (from 0) at which it fires
    (1, [0, 3.1, 0], 1),
    (2, [-0.1, *[0.1] * 9], 9),
    (3, [0, -1, 0.1, 0.2, 0.3, 0.4, 0.5], 6),
    (4, [0.1, -0.1] * 7, 13),
    (5, [0, 2.1, 0.5, 2.2], 3),
    (6, [1.1, 1.2, 0.2, 1.1, 1.3], 4),
    (7, [0.5, -0.5, 0.2] * 5, 14),
    (8, [1.5, -1.5] * 4, 7),
]


@pytest.mark.parametrize(("rule", "points", "at"), RULES)
@pytest.mark.parametrize("sign", [1, -1])
def test_nelson_rules_fire_where_their_pattern_is_complete(rule: int, points: list[float], at: int, sign: int) -> None:
    flags = control.nelson(np.array(points) * sign * 2 + 10, center=10, sigma=2)
    assert list(np.flatnonzero(flags[rule])) == [at]
    shorter = control.nelson(np.array(points[:at]) * sign * 2 + 10, center=10, sigma=2)
    assert not shorter[rule].any()


def test_western_electric_rules() -> None:
    flags = control.western_electric([0.1] * 8, center=0, sigma=1)
    assert list(np.flatnonzero(flags[4])) == [7]
    flags = control.western_electric([3.5, 2.1, 0, -1.1, -1.2, -1.3, -1.4], center=0, sigma=1)
    assert [list(np.flatnonzero(flags[r])) for r in (1, 2, 3)] == [[0], [1], [6]]
