"""How far suggestions may be trusted: precision and recall out of sample, and the threshold that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.intervals import wilson

TARGET = 0.9  # of the suggestions, so many should be right
ENOUGH = 30  # examples that have the tag, and as many that have it not; below, nothing is learned
FEWEST = 10  # suggestions in the sample on which a threshold may rest
FLOOR = 0.5  # below, the model itself holds a tag for unlikelier than not

State = Literal["ready", "missed", "too_few"]
Scores = NDArray[np.float64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measured:
    """What cross-validation says of a tag; `precision` and `recall` belong to the threshold.

    `suggested` of `positives + negatives` judged texts would have been suggested, `right` of them rightly. `low`
    and `high` are Wilson's interval of the precision, `recall_low` and `recall_high` that of the recall.
    "too_few": not learned; "missed": no threshold reaches the target, so nothing is suggested.
    """

    state: State
    positives: int
    negatives: int
    threshold: float | None = None
    suggested: int = 0
    right: int = 0
    precision: float | None = None
    low: float | None = None
    high: float | None = None
    recall: float | None = None
    recall_low: float | None = None
    recall_high: float | None = None


def threshold_for(scores: Scores, truth: Truth, target: float, fewest: int = FEWEST) -> float | None:
    """The lowest score at and above which the share of true ones is at least `target`; None where there is none.

    Texts of the same score stand or fall together; a threshold rests on `fewest` texts at least and is not below 0.5.
    """
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    right = np.cumsum(truth[order])
    count = np.arange(1, len(ranked) + 1)
    last = np.append(ranked[1:] < ranked[:-1], True)
    good = np.flatnonzero(last & (count >= fewest) & (ranked >= FLOOR) & (right >= target * count - 1e-9))
    return float(ranked[good[-1]]) if len(good) else None


def measured(scores: Scores, truth: Truth, folds: NDArray[np.int64], target: float) -> Measured:
    """What a threshold for `target` is worth: for each fold it is chosen on the others, so that it is not flattered.

    `scores` are out of sample: each was given by a model that did not see its text.
    """
    positives, negatives = int(truth.sum()), int((~truth).sum())
    threshold = threshold_for(scores, truth, target)
    if threshold is None:
        return Measured("missed", positives, negatives)
    hit = np.zeros(len(scores), dtype=bool)
    for fold in np.unique(folds):
        inside = folds == fold
        chosen = threshold_for(scores[~inside], truth[~inside], target)
        if chosen is not None:
            hit |= inside & (scores >= chosen)
    suggested, right = int(hit.sum()), int((hit & truth).sum())
    low, high = wilson(right, suggested)
    recall_low, recall_high = wilson(right, positives)
    # A hair below the target is chance; clearly below, the threshold does not keep what it promises.
    kept = suggested >= FEWEST and float(high) >= target
    return Measured(
        "ready" if kept else "missed",
        positives,
        negatives,
        threshold if kept else None,
        suggested,
        right,
        right / suggested if suggested else None,
        float(low) if suggested else None,
        float(high) if suggested else None,
        right / positives,
        float(recall_low),
        float(recall_high),
    )
