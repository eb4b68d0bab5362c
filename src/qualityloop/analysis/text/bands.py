"""Two thresholds fitted on labels: above, a text is taken for one of the wanted kind; between, a person looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.intervals import wilson
from qualityloop.analysis.text.learning import out_of_sample
from qualityloop.analysis.text.measuring import ENOUGH, threshold_for

RECALL, PRECISION = 0.95, 0.9
Band = Literal["yes", "unsure", "no"]


@dataclass(frozen=True, slots=True)
class Bands:
    """Scores from `high` on are "yes", below `low` "no", between "unsure"; measured on texts no model had read.

    `precision` is that of "yes"; `recall` the share of the true ones that are not thrown away as "no"; `unsure` the
    share of all texts that a person is asked for. Bounds are Wilson's. Thresholds are chosen for each fold on others.
    """

    low: float
    high: float
    precision: float
    precision_low: float
    precision_high: float
    recall: float
    recall_low: float
    recall_high: float
    unsure: float
    positives: int
    negatives: int

    def band(self, score: float) -> Band:
        """Where a text of `score` belongs."""
        return "yes" if score >= self.high else "unsure" if score >= self.low else "no"


def fit_bands(
    texts: Sequence[str],
    truth: NDArray[np.bool_],
    *,
    recall: float = RECALL,
    precision: float = PRECISION,
    measured: NDArray[np.bool_] | None = None,
) -> Bands | None:
    """Bands that keep `recall` of the true ones and are `precision` sure of "yes"; None below 30 of either kind.

    `measured` says which texts were drawn at random: thresholds are chosen and measured on those alone, while all
    teach. Numbers of texts that somebody picked are true of what is picked, not of all.
    """
    chosen = np.ones(len(truth), dtype=bool) if measured is None else measured
    positives, negatives = int((truth & chosen).sum()), int((~truth & chosen).sum())
    if min(positives, negatives) < ENOUGH:
        return None
    scores, folds = out_of_sample(list(texts), truth)
    scores, folds, truth = scores[chosen], folds[chosen], truth[chosen]
    yes, kept = np.zeros(len(truth), dtype=bool), np.zeros(len(truth), dtype=bool)
    for fold in np.unique(folds):
        inside = folds == fold
        low, high = _thresholds(scores[~inside], truth[~inside], recall, precision)
        yes |= inside & (scores >= high)
        kept |= inside & (scores >= low)
    low, high = _thresholds(scores, truth, recall, precision)
    right, said = int((yes & truth).sum()), int(yes.sum())
    held = int((kept & truth).sum())
    p_low, p_high = wilson(right, said)
    r_low, r_high = wilson(held, positives)
    return Bands(
        low, high, right / said if said else float("nan"), float(p_low), float(p_high), held / positives, float(r_low),
        float(r_high), float((kept & ~yes).mean()), positives, negatives,
    )  # fmt: skip


def _thresholds(
    scores: NDArray[np.float64], truth: NDArray[np.bool_], recall: float, precision: float
) -> tuple[float, float]:
    """The score that lets at most 1 - `recall` of the true ones below it, and the one from which `precision` holds."""
    true_ones = np.sort(scores[truth])
    low = float(true_ones[int(np.floor((1 - recall) * len(true_ones)))])
    high = threshold_for(scores, truth, precision)
    sure = np.inf if high is None else high
    return min(low, sure), sure
