"""How often a theme occurs: a classifier counts all texts, a random hand-labelled part corrects it, with interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

FEWEST = 30  # labelled texts below which a share is not called checked
Method = Literal["difference", "regression"]


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected mean: `estimate` with its standard error and interval; `sampled` of `population` were labelled."""

    estimate: float
    se: float
    low: float
    high: float
    sampled: int
    population: int
    method: Method
    slope: float


def corrected_mean(
    counted: ArrayLike,
    said: ArrayLike,
    *,
    counted_mean: float,
    population: int,
    method: Method = "difference",
    confidence: float = 0.95,
) -> Corrected:
    """Mean of what people would say of all `population`, from what a machine says of all and people of a random part.

    `counted` and `said` are machine and person for the same random part, `counted_mean` the machine's mean over all.
    Difference: the mean of the machine plus the mean error found (slope 1, also known as prediction-powered inference);
    regression: the slope is fitted (Lohr, Sampling: Design and Analysis). Both with finite-population correction.
    """
    from scipy.stats import t

    x, y = _floats(counted), _floats(said)
    n = len(y)
    if len(x) != n or not 2 <= n <= population:
        raise ValueError("as many counted as said ones, at least two, at most the population")
    spread = float(((x - x.mean()) ** 2).sum())
    fitted = method == "regression" and spread > 0
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread if fitted else float(method == "difference")
    estimate = float(y.mean()) + slope * (counted_mean - float(x.mean()))
    errors = y - slope * x
    variance = float(((errors - errors.mean()) ** 2).sum()) / (n - 1)
    se = float(np.sqrt((1 - n / population) * variance / n))
    half = float(t.ppf(0.5 + confidence / 2, n - 1)) * se
    return Corrected(estimate, se, estimate - half, estimate + half, n, population, method, slope)


@dataclass(frozen=True, slots=True)
class Share:
    """Share of the texts that concern a theme. `checked`: people have labelled enough of a random part.

    `counted` is the machine's raw share; without labels there is nothing else and no interval, and it must be said
    so. `right` of `agreed_of` labelled texts were judged by the machine as by the person.
    """

    counted: float
    checked: bool
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    sampled: int = 0
    agreed: int = 0


def share_of(
    counted: NDArray[np.bool_], sample: ArrayLike, said: ArrayLike, *, confidence: float = 0.95, fewest: int = FEWEST
) -> Share:
    """The share of a theme: `counted` for all texts, and what people `said` (yes/no) of the texts at `sample`."""
    places = np.asarray(sample, dtype=np.int64)
    whole = float(counted.mean()) if len(counted) else 0.0
    return share_from(
        counted[places], said, counted=whole, population=len(counted), confidence=confidence, fewest=fewest
    )


def share_from(
    machine: ArrayLike,
    said: ArrayLike,
    *,
    counted: float,
    population: int,
    confidence: float = 0.95,
    fewest: int = FEWEST,
) -> Share:
    """The share of a theme: machine and person (yes/no) for the same random texts, the machine's share of all.

    The sample must be random and must not have taught the classifier. With fewer than five errors in it the normal
    curve is too narrow: then Wilson's bounds of the rates of either error widen the interval.
    """
    from qualityloop.analysis.intervals import wilson

    found, truth = np.asarray(machine, dtype=bool), np.asarray(said, dtype=bool)
    n = len(truth)
    if n < max(fewest, 2):
        return Share(counted, checked=False, sampled=n)
    agreed = int((found == truth).sum())
    right = corrected_mean(found, truth, counted_mean=counted, population=population, confidence=confidence)
    low, high = right.low, right.high
    if n - agreed < 5 and n < population:
        over, under = int((found & ~truth).sum()), int((truth & ~found).sum())
        low = min(low, counted - float(wilson(over, n, confidence=confidence)[1]))
        high = max(high, counted + float(wilson(under, n, confidence=confidence)[1]))
    estimate, low, high = (min(max(value, 0.0), 1.0) for value in (right.estimate, low, high))
    return Share(counted, True, estimate, low, high, n, agreed)


def _floats(values: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)
