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
    """The share of a theme: `counted` for all texts, and what people `said` (yes/no) of the texts at `sample`.

    The sample must be random and must not have taught the classifier. Where people and machine never differ, or the
    theme was seen fewer than five times or missed fewer than five times, the normal interval is too narrow: then
    Wilson's interval of the sample alone bounds it from outside.
    """
    from qualityloop.analysis.intervals import wilson

    places = np.asarray(sample, dtype=np.int64)
    truth = np.asarray(said, dtype=bool)
    raw = float(counted.mean()) if len(counted) else 0.0
    if len(truth) < max(fewest, 2):
        return Share(raw, checked=False, sampled=len(truth))
    machine = counted[places]
    agreed = int((machine == truth).sum())
    found = corrected_mean(
        machine, truth, counted_mean=raw, population=len(counted), method="difference", confidence=confidence
    )
    estimate, low, high = found.estimate, found.low, found.high
    errors = len(truth) - agreed
    if errors < 5 and len(truth) < len(counted):
        # few errors seen: bound the error rate by Wilson in either direction instead of by a normal curve
        over, under = int((machine & ~truth).sum()), int((truth & ~machine).sum())
        low = min(low, raw - float(wilson(over, len(truth), confidence=confidence)[1]))
        high = max(high, raw + float(wilson(under, len(truth), confidence=confidence)[1]))
    return Share(
        raw, True, min(max(estimate, 0.0), 1.0), min(max(low, 0.0), 1.0), min(max(high, 0.0), 1.0), len(truth), agreed
    )


def _floats(values: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)
