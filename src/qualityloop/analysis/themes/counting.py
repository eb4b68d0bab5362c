"""Counting confirmed themes in all texts: a classifier learned from what people confirmed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.text import Examples, learn
from qualityloop.analysis.text.measuring import FLOOR

NONE = -1
PER_THEME = 150  # examples of a theme that teach
ENOUGH = 10  # below so many examples of a theme it is not counted
AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Counted:
    """The theme of every text (NONE: no confirmed one), and the themes for which there were too few examples."""

    labels: NDArray[np.int64]
    unlearned: tuple[int, ...]


def count_themes(
    texts: Sequence[str],
    examples: Sequence[str],
    themes: Sequence[int],
    *,
    seed: int,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Counted:
    """Give each text the likeliest theme, NONE where every theme is unlikelier than not.

    `examples` are texts that people confirmed for `themes` (NONE: belongs to none of them). They must not be the
    random sample by which the shares are corrected afterwards.
    """
    said = np.asarray(themes, dtype=np.int64)
    places = _some(said, seed)
    numbers = sorted({int(theme) for theme in said if theme != NONE})
    chosen = said[places]
    judged = {str(n): (chosen == n).astype(np.int8) for n in numbers}
    learned = learn(Examples([examples[place] for place in places], judged), enough=ENOUGH, step=step)
    labels = np.full(len(texts), NONE, dtype=np.int64)
    names = np.array([int(tag) for tag in learned.model.tags], dtype=np.int64)
    if len(names):
        for start in range(0, len(texts), AT_ONCE):
            scores = learned.model.scores(texts[start : start + AT_ONCE])
            best = scores.argmax(axis=1)
            sure = scores[np.arange(len(scores)), best] >= FLOOR
            labels[start : start + AT_ONCE] = np.where(sure, names[best], NONE)
    return Counted(labels, tuple(n for n in numbers if n not in set(names.tolist())))


def _some(said: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Places of at most `PER_THEME` examples of each theme, drawn at random."""
    rng = np.random.default_rng(seed)
    drawn = []
    for theme in np.unique(said):
        places = np.flatnonzero(said == theme)
        drawn.append(places if len(places) <= PER_THEME else rng.choice(places, PER_THEME, replace=False))
    return np.sort(np.concatenate(drawn)) if drawn else np.zeros(0, dtype=np.int64)
