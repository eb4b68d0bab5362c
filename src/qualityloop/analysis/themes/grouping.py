"""Texts in groups: vectors, k-means, how many groups, what remains over, how stable it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.themes.naming import Theme, themes_of
from qualityloop.analysis.themes.vectors import LEARNED, Vectors, alone, matrix_of, unit, vectors_of
from qualityloop.analysis.themes.words import plain

OTHER = -1
KS = (4, 6, 8, 12, 16, 24, 32, 48)
PER_GROUP = 50  # texts a group should have on average; few texts may have up to FEW groups of 10
FEW = 8
CHOSEN_ON = 4000  # texts on which the number of groups is chosen
JUDGED_ON = 1500  # texts for which the silhouette is computed
SMALL = 0.005  # a group with a smaller share of the texts goes to the others
LEAST = 5  # or with fewer texts
NEAR = 0.2  # a text whose cosine with the middle of its group is lower goes to the others

Step = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Tried:
    """A number of groups and the mean silhouette (cosine) that it reached, with its standard error."""

    k: int
    silhouette: float
    se: float


@dataclass(frozen=True, slots=True)
class Grouping:
    """`labels` gives each text its theme's number or OTHER, `closeness` its cosine with the theme's middle.

    `stability` is the adjusted Rand index between two groupings learned on halves of the texts with other seeds:
    1 the same groups, 0 no more than chance; None where there are too few texts.
    """

    labels: NDArray[np.int64]
    closeness: NDArray[np.float64]
    themes: tuple[Theme, ...]
    tried: tuple[Tried, ...]
    stability: float | None

    @property
    def others(self) -> int:
        """How many texts belong to no theme."""
        return int((self.labels == OTHER).sum())


def group_texts(
    texts: Sequence[str], *, seed: int, k: int | None = None, step: Step = lambda done, total: None
) -> Grouping:
    """Group `texts` into themes; `k` fixes the number of groups, else the criterion below chooses it.

    Chosen is the smallest k whose mean silhouette is within one standard error of the best tried. Groups that are
    small, and texts that are far from the middle of their group, are left over. `step` hears of five parts of the work.
    """
    count = len(texts)
    if sum(bool(plain(text)) for text in texts) < 2 * LEAST:
        return Grouping(np.full(count, OTHER), np.zeros(count), (), (), None)
    with alone():
        return _grouped(texts, seed, k, step)


def _grouped(texts: Sequence[str], seed: int, k: int | None, step: Step) -> Grouping:
    rng = np.random.default_rng(seed)
    count = len(texts)
    learned = np.sort(rng.permutation(count)[:LEARNED])
    vectors = vectors_of(matrix_of(texts, learned=learned), learned=learned, seed=seed)
    step(1, 5)
    sample = vectors[rng.permutation(count)[:CHOSEN_ON]]
    tried = () if k else tried_on(sample, count=count, seed=seed)
    chosen = k or choose(tried)
    step(2, 5)
    model = _means(vectors[learned], chosen, seed)
    labels, closeness, middles = placed(vectors, model)
    step(3, 5)
    stability = stability_of(vectors[learned], chosen, seed=seed)
    step(4, 5)
    themes, labels = themes_of(texts, labels, closeness, vectors, middles, seed=seed)
    step(5, 5)
    return Grouping(labels, closeness, themes, tried, stability)


def tried_on(sample: Vectors, *, count: int, seed: int) -> tuple[Tried, ...]:
    """The silhouette for each number of groups that `count` texts can carry."""
    from sklearn.metrics import silhouette_samples

    different = len(np.unique(sample.round(4), axis=0))
    most = min(max(count // PER_GROUP, min(FEW, count // 10)), different - 1)
    judged = slice(0, JUDGED_ON)
    found = []
    for k in [k for k in KS if k <= most] or [max(2, min(4, most))]:
        labels = _means(sample, k, seed).predict(sample)[judged]
        if len(set(labels)) < 2:
            continue
        values = silhouette_samples(sample[judged], labels, metric="cosine")
        found.append(Tried(k, float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))))
    return tuple(found)


def choose(tried: Sequence[Tried]) -> int:
    """The smallest number of groups within one standard error of the best silhouette."""
    if not tried:
        return 2
    best = max(tried, key=lambda one: one.silhouette)
    return min(one.k for one in tried if one.silhouette >= best.silhouette - best.se)


def placed(vectors: Vectors, model: Any) -> tuple[NDArray[np.int64], NDArray[np.float64], Vectors]:
    """Each text's group or OTHER, its cosine with the middle, and the middles by group."""
    middles = unit(model.cluster_centers_.astype(np.float32))
    labels = model.predict(vectors).astype(np.int64)
    closeness = np.einsum("ij,ij->i", vectors, middles[labels]).astype(np.float64)
    labels[closeness < NEAR] = OTHER
    sizes = np.bincount(labels[labels >= 0], minlength=len(middles))
    small = sizes < max(LEAST, SMALL * len(vectors))
    labels[(labels >= 0) & small[labels]] = OTHER
    return labels, closeness, middles


def stability_of(vectors: Vectors, k: int, *, seed: int) -> float | None:
    """Adjusted Rand index of two groupings of the same texts, each learned on another half with another seed."""
    from sklearn.metrics import adjusted_rand_score

    if len(vectors) < 4 * k:
        return None
    order = np.random.default_rng(seed + 1).permutation(len(vectors))
    half = len(order) // 2
    one, two = _means(vectors[order[:half]], k, seed + 2), _means(vectors[order[half:]], k, seed + 3)
    return float(adjusted_rand_score(one.predict(vectors), two.predict(vectors)))


def split_texts(texts: Sequence[str], *, parts: int, seed: int) -> NDArray[np.int64]:
    """The texts of one theme in `parts` smaller groups, numbered from 0 by falling size."""
    learned = np.arange(len(texts))
    if len(texts) < parts:
        return np.zeros(len(texts), dtype=np.int64)
    with alone():
        vectors = vectors_of(matrix_of(texts, learned=learned), learned=learned, seed=seed)
        labels = _means(vectors, parts, seed).predict(vectors)
    order = np.argsort(-np.bincount(labels, minlength=parts), kind="stable")
    rank = np.empty(parts, dtype=np.int64)
    rank[order] = np.arange(parts)
    ranked: NDArray[np.int64] = rank[labels]
    return ranked


def _means(vectors: Vectors, k: int, seed: int) -> Any:
    from sklearn.cluster import MiniBatchKMeans

    return MiniBatchKMeans(k, n_init=3, batch_size=2048, max_iter=50, random_state=seed).fit(vectors)
