"""The same customer, nearly the same text, within days.

How alike two texts are is the share of character pairs that both have among those that either has (Jaccard). Two sets
of which one has to share at least `t` of all are found by their prefixes: if both are sorted in one order, and the
first |x| − ⌈t·|x|⌉ + 1 of each have nothing in common, they cannot be that alike (Chaudhuri, Ganti, Kaushik 2006;
Bayardo, Ma, Srikant 2007). Only records that share something of their prefixes are compared.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from zlib import crc32

from qualityloop.analysis.cleaning.entry import Entry, Finding

NEAR = "near"
ROUNDING = 1e-9  # so that 0.6 · 5 is 3, not a little more


@dataclass(frozen=True, slots=True)
class NearRule:
    """`days` between the two at most, texts of `least` characters at least, alike by `similarity` (0–1) or more."""

    days: float = 3.0
    similarity: float = 0.85
    least: int = 10

    @property
    def window(self) -> timedelta:
        """How far apart two records may be."""
        return timedelta(days=self.days)

    def applies(self, entry: Entry) -> bool:
        """Whether a record can be compared."""
        return entry.customer is not None and len(entry.text) >= self.least


def similarity(one: Entry, other: Entry) -> float:
    """The share of common character pairs, 0–1."""
    common = len(one.grams & other.grams)
    return common / (len(one.grams) + len(other.grams) - common)


class NearIndex:
    """The counting records of one customer within the window, found by what their texts are made of."""

    def __init__(self, rule: NearRule) -> None:
        self._rule = rule
        self._window: deque[tuple[Entry, list[str]]] = deque()
        self._holding: dict[str, dict[int, Entry]] = {}

    def find(self, entry: Entry) -> Finding | None:
        """The record most like `entry`, which is not older; of several the first."""
        self._forget(entry)
        if not self._rule.applies(entry):
            return None
        best: tuple[float, Entry] | None = None
        for other in self._candidates(entry):
            share = similarity(entry, other)
            if share >= self._rule.similarity - ROUNDING and (best is None or _better(share, other, best)):
                best = (share, other)
        return Finding(entry.pk, NEAR, best[1].pk, {"similarity": round(best[0], 4)}) if best else None

    def add(self, entry: Entry) -> None:
        """Let `entry` count for those that come later."""
        if self._rule.applies(entry):
            prefix = self._prefix(entry)
            self._window.append((entry, prefix))
            for gram in prefix:
                self._holding.setdefault(gram, {})[entry.pk] = entry

    def _candidates(self, entry: Entry) -> list[Entry]:
        """Records that may be alike enough: prefixes in common, sizes that allow it, the same numbers, another text."""
        least, size = self._rule.similarity - ROUNDING, len(entry.grams)
        found: dict[int, Entry] = {}
        for gram in self._prefix(entry):
            found.update(self._holding.get(gram, {}))
        return [
            other
            for other in found.values()
            if min(size, len(other.grams)) >= least * max(size, len(other.grams))
            and entry.numbers == other.numbers
            and entry.text != other.text
        ]

    def _prefix(self, entry: Entry) -> list[str]:
        """The first pairs in an order that is the same for all: by a checksum, so that frequent pairs do not lead."""
        size = len(entry.grams)
        length = size - ceil(size * self._rule.similarity - ROUNDING) + 1
        return sorted(entry.grams, key=_order)[: max(1, min(size, length))]

    def _forget(self, entry: Entry) -> None:
        """Drop what lies too far back for `entry` and all after it."""
        while self._window and entry.at - self._window[0][0].at > self._rule.window:
            old, prefix = self._window.popleft()
            for gram in prefix:
                holding = self._holding[gram]
                del holding[old.pk]
                if not holding:
                    del self._holding[gram]


def _order(gram: str) -> tuple[int, str]:
    return crc32(gram.encode()), gram


def _better(share: float, other: Entry, best: tuple[float, Entry]) -> bool:
    return (-share, other.at, other.pk) < (-best[0], best[1].at, best[1].pk)
