"""The same customer, the same text, within days: a complaint that was entered, sent or exported twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from qualityloop.analysis.cleaning.entry import Entry, Finding

EXACT = "exact"


@dataclass(frozen=True, slots=True)
class ExactRule:
    """`days` between the two at most; texts with fewer than `least` characters say too little."""

    days: float = 3.0
    least: int = 6

    @property
    def window(self) -> timedelta:
        """How far apart two records may be."""
        return timedelta(days=self.days)

    def applies(self, entry: Entry) -> bool:
        """Whether a record can be compared."""
        return entry.customer is not None and len(entry.text) >= self.least


class ExactIndex:
    """The counting records of one customer by their texts; of each text the last, which is the nearest in time."""

    def __init__(self, rule: ExactRule) -> None:
        self._rule = rule
        self._last: dict[str, Entry] = {}

    def find(self, entry: Entry) -> Finding | None:
        """The record of which `entry`, which is not older, is a copy."""
        other = self._last.get(entry.text) if self._rule.applies(entry) else None
        if other is None or entry.at - other.at > self._rule.window:
            return None
        return Finding(entry.pk, EXACT, other.pk)

    def add(self, entry: Entry) -> None:
        """Let `entry` count for those that come later."""
        if self._rule.applies(entry):
            self._last[entry.text] = entry
