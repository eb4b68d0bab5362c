"""Themes that people confirmed, carried over to a new grouping of texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.themes.counting import NONE, count_themes
from qualityloop.analysis.themes.grouping import NEAR
from qualityloop.analysis.themes.vectors import alone, matrix_of, unit, vectors_of

MATCH = 0.5  # of a group's texts that speak for a known theme, so that the group is taken for it
Numbers = NDArray[np.int64]


def carried_over(groups: Numbers, same: Numbers, voted: Numbers, *, match: float = MATCH) -> Numbers:
    """The known theme of every text, NONE where its group is new.

    `same` is the known theme in which the very same text stood before (NONE: in none), `voted` the one that a
    classifier learned from confirmed texts gives it. A text that stood in a known theme stays in it, so that every
    known theme lives on as long as one of its texts does. A group in which at least `match` of the texts speak for
    one known theme is that theme, with all its texts that did not stand in another; texts left over (-1) are no group.
    """
    speaks = np.where(same != NONE, same, voted)
    found = same.copy()
    for group in np.unique(groups[groups >= 0]):
        inside = groups == group
        themes, counts = np.unique(speaks[inside & (speaks != NONE)], return_counts=True)
        if len(themes) and counts.max() >= match * inside.sum():
            found[inside & (same == NONE)] = themes[counts.argmax()]
    return found


def known_themes(texts: Sequence[str], examples: Sequence[str], themes: Sequence[int], *, seed: int) -> Numbers:
    """The theme of `examples` to which each text belongs, NONE where it is of something else.

    A classifier learned from the examples chooses; but it has to choose among what it knows, so a text counts for its
    choice only where it is as near to the middle of that theme as texts of a group are (cosine `NEAR`).
    """
    voted = count_themes(texts, examples, themes, seed=seed).labels
    if (voted == NONE).all():
        return voted
    both = [*examples, *texts]
    learned = np.arange(len(both))
    with alone():
        vectors = vectors_of(matrix_of(both, learned=learned), learned=learned, seed=seed)
    taught, asked = vectors[: len(examples)], vectors[len(examples) :]
    said = np.asarray(themes, dtype=np.int64)
    for theme in np.unique(voted[voted != NONE]):
        middle = unit(taught[said == theme].mean(axis=0, keepdims=True))[0]
        far = asked @ middle < NEAR
        voted[(voted == theme) & far] = NONE
    return voted
