"""What a theme is about: its telling words, its typical texts, and which other theme it runs into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.themes.words import words_of

WORDS = 8
EXAMPLES = 5
READ = 400  # texts of a theme from which its words are taken
PRIOR = 500.0  # weight of all texts together against those of one theme, in words
MARGIN = 0.1  # a text is between two themes where the cosines differ by less


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of texts: `size` of them, `words` that tell it from the rest, `examples` (places) nearest its middle.

    `overlap` is the share of its texts that are nearly as close to the theme `nearest`.
    """

    number: int
    size: int
    words: tuple[str, ...]
    examples: tuple[int, ...]
    nearest: int | None
    overlap: float

    @property
    def name(self) -> str:
        """A first name: its three most telling words."""
        return " · ".join(self.words[:3])


def themes_of(
    texts: Sequence[str],
    labels: NDArray[np.int64],
    closeness: NDArray[np.float64],
    vectors: NDArray[np.float32],
    middles: NDArray[np.float32],
    *,
    seed: int,
) -> tuple[tuple[Theme, ...], NDArray[np.int64]]:
    """The themes by falling size, and the labels numbered as they are."""
    present, sizes = np.unique(labels[labels >= 0], return_counts=True)
    order = [int(group) for group in present[np.argsort(-sizes, kind="stable")]]
    again = np.full(len(middles) + 1, -1, dtype=np.int64)
    again[order] = np.arange(len(order))
    renamed = again[labels]
    told = telling_words(texts, renamed, len(order), seed=seed)
    found = []
    for number, group in enumerate(order):
        inside = np.flatnonzero(renamed == number)
        nearest, overlap = _overlap(vectors[inside], middles, group, order)
        found.append(
            Theme(number, len(inside), told[number], _typical(texts, inside, closeness), nearest, overlap)
        )  # fmt: skip
    return tuple(found), renamed


def telling_words(texts: Sequence[str], labels: NDArray[np.int64], themes: int, *, seed: int) -> list[tuple[str, ...]]:
    """For each theme the words whose log-odds against all other themes are surest (Monroe et al. 2008).

    The prior is the frequency of the word in all themes together; a word counts once a text.
    """
    rng = np.random.default_rng(seed)
    counted = []
    for number in range(themes):
        inside = np.flatnonzero(labels == number)
        read = inside if len(inside) <= READ else rng.choice(inside, READ, replace=False)
        counter: Counter[str] = Counter()
        for place in read:
            counter.update(set(words_of(texts[int(place)])))
        counted.append((counter, len(inside) / max(len(read), 1)))
    whole: Counter[str] = Counter()
    for counter, _weight in counted:
        whole.update(counter)
    total = sum(whole.values())
    return [_surest(counter, whole, total) for counter, _weight in counted]


def _surest(inside: Counter[str], whole: Counter[str], total: int) -> tuple[str, ...]:
    size = sum(inside.values())
    scored = []
    for word, count in inside.items():
        if count < 2 and size > 20:
            continue
        prior = PRIOR * whole[word] / total
        rest, rest_size = whole[word] - count, total - size
        here = np.log((count + prior) / (size + PRIOR - count - prior))
        there = np.log((rest + prior) / (rest_size + PRIOR - rest - prior))
        surety = (here - there) / np.sqrt(1 / (count + prior) + 1 / (rest + prior))
        scored.append((-surety, word))
    return tuple(word for _score, word in sorted(scored)[:WORDS])


def _typical(texts: Sequence[str], inside: NDArray[np.int64], closeness: NDArray[np.float64]) -> tuple[int, ...]:
    """The places of different texts that are nearest the middle."""
    seen: dict[str, int] = {}
    for place in inside[np.argsort(-closeness[inside], kind="stable")]:
        seen.setdefault(texts[place].strip(), int(place))
        if len(seen) == EXAMPLES:
            break
    return tuple(seen.values())


def _overlap(
    vectors: NDArray[np.float32], middles: NDArray[np.float32], group: int, order: Sequence[int]
) -> tuple[int | None, float]:
    others = [other for other in order if other != group]
    if not others:
        return None, 0.0
    own = vectors @ middles[group]
    near = vectors @ middles[others].T
    close = near > (own - MARGIN)[:, None]
    place = int(close.sum(axis=0).argmax()) if close.any() else int((middles[others] @ middles[group]).argmax())
    return order.index(others[place]), float(close[:, place].mean())
