"""Cost and benefit of an improvement as ranges: what comes out, how surely it pays, and what matters most.

Each factor is a three-point range with a PERT (scaled beta) distribution: mean (low + 4 likely + high)/6, shape 4.
Lines are products of factors; the net benefit is the sum of the lines, costs negative. The distribution is computed
by Latin hypercube draws from a seed that the caller gives. Source of the method: Vose, Risk Analysis, 3rd ed., ch. 14.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from qualityloop.analysis.messages import AnalysisError, message

Floats = NDArray[np.float64]
DRAWS = 20_000


@dataclass(frozen=True, slots=True)
class Range:
    """A quantity that is known as lowest, most likely and highest value."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        if not all(np.isfinite((self.low, self.likely, self.high))) or not self.low <= self.likely <= self.high:
            raise AnalysisError(message("A range goes from the lowest over the most likely to the highest value."))

    @classmethod
    def exactly(cls, value: float) -> Range:
        """A quantity that is known."""
        return cls(value, value, value)

    @property
    def mean(self) -> float:
        """Mean of the PERT distribution."""
        return (self.low + 4 * self.likely + self.high) / 6

    @property
    def variance(self) -> float:
        """Variance of the PERT distribution of shape 4."""
        return (self.mean - self.low) * (self.high - self.mean) / 7

    def quantile(self, p: Floats) -> Floats:
        """Value below which the share `p` lies."""
        width = self.high - self.low
        if width == 0:
            return np.full_like(p, self.likely)
        first = 1 + 4 * (self.likely - self.low) / width
        second = 1 + 4 * (self.high - self.likely) / width
        return np.asarray(self.low + width * special.betaincinv(first, second, p), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the account: the product of the named factors; a cost is taken off."""

    key: str
    factors: tuple[str, ...]
    cost: bool = False


@dataclass(frozen=True, slots=True)
class Amount:
    """Money with its 90 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """Net benefit, its lines, the probability that it is positive, and each factor's share of the uncertainty."""

    net: Amount
    lines: Mapping[str, Amount]
    positive: float
    matters: tuple[tuple[str, float], ...]  # factor, share of the variance that knowing it would remove


def outcome(factors: Mapping[str, Range], lines: Sequence[Line], *, seed: int, draws: int = DRAWS) -> Outcome:
    """Combine the ranges; the same seed gives the same answer to the last digit."""
    used = sorted({name for line in lines for name in line.factors})
    unknown = [name for name in used if name not in factors]
    if unknown:
        raise AnalysisError(message("The account names “{name}”, of which nothing is said.", name=unknown[0]))
    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = {name: factors[name].quantile(_stratified(generator, draws)) for name in used}
    amounts = {line.key: _sign(line) * _product(drawn, line.factors) for line in lines}
    net = np.sum(list(amounts.values()), axis=0) if amounts else np.zeros(draws)
    exact = {line.key: _sign(line) * _mean(factors, line.factors) for line in lines}
    return Outcome(
        net=_amount(net, sum(exact.values())),
        lines={key: _amount(values, exact[key]) for key, values in amounts.items()},
        positive=float(np.mean(net > 0)),
        matters=_matters(factors, lines, used, float(np.var(net))),
    )


def _stratified(generator: np.random.Generator, draws: int) -> Floats:
    """One point in the middle of each of `draws` equal strata, in random order (McKay, Beckman, Conover 1979)."""
    return (generator.permutation(draws) + 0.5) / draws


def _sign(line: Line) -> int:
    return -1 if line.cost else 1


def _product(drawn: Mapping[str, Floats], names: Sequence[str]) -> Floats:
    return np.asarray(np.prod([drawn[name] for name in names], axis=0), dtype=np.float64)


def _mean(factors: Mapping[str, Range], names: Sequence[str]) -> float:
    """Mean of a product of independent factors."""
    return float(np.prod([factors[name].mean for name in names]))


def _amount(values: Floats, mean: float) -> Amount:
    low, high = np.quantile(values, (0.05, 0.95))
    return Amount(mean, float(low), float(high))


def _matters(
    factors: Mapping[str, Range], lines: Sequence[Line], used: Sequence[str], variance: float
) -> tuple[tuple[str, float], ...]:
    """First-order Sobol index of each factor, exact: the net is linear in each one."""
    if variance <= 0:
        return ()
    found = []
    for name in used:
        slope = sum(
            _sign(line) * _mean(factors, [other for other in line.factors if other != name])
            for line in lines
            if name in line.factors
        )
        found.append((name, slope**2 * factors[name].variance / variance))
    return tuple(sorted(((n, s) for n, s in found if s > 0), key=lambda pair: (-pair[1], pair[0])))


#: The account of a service improvement over one year. Churn falls by a share of what it is, a customer kept is worth a
#: yearly value, recommended customers rise by a share; labour is hours saved at an hourly rate.
SERVICE_LINES = (
    Line("churn", ("customers", "churn", "churn_reduction", "customer_value")),
    Line("referral", ("referred_customers", "referral_increase", "customer_value")),
    Line("labour", ("hours_saved", "hourly_rate")),
    Line("cost", ("cost",), cost=True),
)
SERVICE_DEFAULTS: Mapping[str, Range] = {
    "customers": Range.exactly(0),
    "churn": Range(0.05, 0.10, 0.20),
    "churn_reduction": Range(0.0, 0.10, 0.15),
    "customer_value": Range(1_000, 1_500, 2_000),
    "referred_customers": Range.exactly(0),
    "referral_increase": Range(0.0, 0.15, 0.25),
    "hours_saved": Range.exactly(0),
    "hourly_rate": Range(30, 45, 60),
    "cost": Range.exactly(0),
}


def service_outcome(given: Mapping[str, Range], *, seed: int) -> Outcome:
    """The yearly account of a service improvement; what is not given is taken from the defaults."""
    return outcome({**SERVICE_DEFAULTS, **given}, SERVICE_LINES, seed=seed)
