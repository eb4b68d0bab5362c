"""Effects that are known because they were simulated, and how often the intervals hold them.

`python -m tests.analysis.effect.simulated --runs 20000` prints the table of docs/EFFECT.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from qualityloop.analysis.effect.comparison import over_time
from qualityloop.analysis.effect.interrupted import Design, Interrupted, design, interrupted

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """`before` + `after` points, `pairs` harmonic pairs of a season, autocorrelation ρ of the errors."""

    kind: str  # mean, share, rate, difference
    before: int
    after: int
    rho: float
    pairs: int = 0
    effect: float = -0.5  # logit or logarithm, of shares and rates

    def __str__(self) -> str:
        return f"{self.kind}-{self.before}+{self.after}-{self.pairs}-{self.rho}-{self.effect:+}"


@dataclass(frozen=True, slots=True)
class Seen:
    """Shares of the runs: the interval holds the truth, lies wholly below it, wholly above it."""

    held: float
    below: float
    above: float
    runs: int

    @property
    def error(self) -> float:
        """Monte-Carlo standard error of `held`."""
        return float(np.sqrt(self.held * (1 - self.held) / self.runs))


SIZES = ((8, 8, 0), (12, 8, 0), (26, 12, 0), (24, 12, 1), (36, 12, 2))  # before, after, harmonic pairs
RHOS = (0.0, 0.2, 0.4)


def means(rhos: tuple[float, ...] = RHOS) -> list[Case]:
    return [Case("mean", b, a, rho, pairs) for b, a, pairs in SIZES for rho in rhos]


def shares_and_rates(rhos: tuple[float, ...] = (0.0, 0.4)) -> list[Case]:
    sizes = (SIZES[0], SIZES[2], SIZES[4])
    found = [Case("share", b, a, rho, pairs, effect) for b, a, pairs in sizes for rho in rhos for effect in (0.0, -0.5)]
    return found + [Case("rate", b, a, rho, pairs) for b, a, pairs in sizes for rho in rhos]


def differences(rhos: tuple[float, ...] = RHOS) -> list[Case]:
    sizes = ((5, 5), (7, 3), (12, 6), (24, 12))
    return [Case("difference", b, a, rho) for b, a in sizes for rho in rhos]


def following(rng: np.random.Generator, runs: int, points: int, rho: float) -> Floats:
    """Standard normal errors, AR(1)."""
    noise = rng.standard_normal((runs, points))
    for t in range(1, points):
        noise[:, t] = rho * noise[:, t - 1] + np.sqrt(1 - rho**2) * noise[:, t]
    return noise


def simulate(case: Case, runs: int, seed: int) -> Seen:
    """Simulate the case and judge its intervals."""
    rng = np.random.default_rng([seed, case.before, case.after, case.pairs, round(100 * case.rho)])
    found, truth = _RUN[case.kind](case, rng, runs)
    low, high = found.interval()
    held = np.mean((low <= truth) & (truth <= high))
    return Seen(float(held), float(np.mean(high < truth)), float(np.mean(low > truth)), runs)


def _shape(case: Case) -> tuple[Design, Floats | float]:
    times = np.arange(case.before + case.after)
    season = 0.2 * np.sin(2 * np.pi * times / 12) + 0.1 * np.cos(4 * np.pi * times / 12) if case.pairs else 0.0
    return design(times, times >= case.before, pairs=case.pairs), season


def _means(case: Case, rng: np.random.Generator, runs: int) -> tuple[Interrupted, Floats | float]:
    shape, season = _shape(case)
    errors = following(rng, runs, len(shape.times), case.rho)
    return interrupted(50 + 0.1 * shape.times + season - 2 * shape.after + errors, shape, "mean"), -2.0


def _shares(case: Case, rng: np.random.Generator, runs: int) -> tuple[Interrupted, Floats]:
    shape, season = _shape(case)
    sizes = rng.poisson(200, (runs, len(shape.times))).astype(float)
    without = -2.2 + season
    with_it = without + case.effect * shape.after
    drawn = special.expit(with_it + 0.2 * following(rng, runs, len(shape.times), case.rho))
    y = rng.binomial(sizes.astype(int), drawn) / sizes
    weights = sizes * shape.after
    truth = (weights * (special.expit(with_it) - special.expit(without))).sum(1) / weights.sum(1)
    return interrupted(y, shape, "share", sizes=sizes), truth


def _rates(case: Case, rng: np.random.Generator, runs: int) -> tuple[Interrupted, Floats]:
    shape, season = _shape(case)
    units = rng.poisson(1500, (runs, len(shape.times))).astype(float)
    without = 0.02 * np.exp(season)
    rate = without * np.exp(case.effect * shape.after)
    y = rng.poisson(units * rate * np.exp(0.15 * following(rng, runs, len(shape.times), case.rho)))
    weights = units * shape.after
    truth = (weights * (rate - without)).sum(1) / weights.sum(1)
    return interrupted(y, shape, "count", sizes=units), truth


def _differences(case: Case, rng: np.random.Generator, runs: int) -> tuple[Interrupted, float]:
    """A shock and a trend that both sides share leave no trace."""
    points = case.before + case.after
    late = np.arange(points) >= case.before
    common = 5 * rng.standard_normal((runs, points)) + np.arange(points)
    treated = common + following(rng, runs, points, case.rho) - 1.5 * late
    untouched = common + 0.7 * following(rng, runs, points, case.rho)
    return over_time(treated, untouched, np.arange(points), late), -1.5


_RUN = {"mean": _means, "share": _shares, "rate": _rates, "difference": _differences}


def _rows(runs: int) -> Iterator[str]:
    rhos = (*RHOS, 0.6)
    cases = [*means(rhos), *shares_and_rates(rhos), *differences(rhos)]
    yield "| what | points | harmonic pairs | " + " | ".join(f"ρ {rho:g}" for rho in rhos) + " | one tail at most |"
    yield "|---|---|---|" + "---|" * (len(rhos) + 1)
    keys = list(dict.fromkeys((c.kind, c.before, c.after, c.pairs, c.effect) for c in cases))
    for kind, before, after, pairs, effect in keys:
        seen = [_in_parts(Case(kind, before, after, rho, pairs, effect), runs) for rho in rhos]
        said = kind + (" without effect" if effect == 0 else "")
        cells = " | ".join(f"{100 * one.held:.1f}" for one in seen)
        tail = max(max(one.below, one.above) for one, rho in zip(seen, rhos, strict=True) if rho <= 0.4)
        yield f"| {said} | {before} + {after} | {pairs} | {cells} | {100 * tail:.1f} |"


def _in_parts(case: Case, runs: int, part: int = 2000) -> Seen:
    """In parts, so that memory stays small."""
    seen = [simulate(case, part, 1000 + n) for n in range(max(1, runs // part))]
    held, below, above = (float(np.mean([getattr(one, name) for one in seen])) for name in ("held", "below", "above"))
    return Seen(held, below, above, part * len(seen))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20_000)
    for line in _rows(parser.parse_args().runs):
        print(line, flush=True)  # noqa: T201 (a program)
