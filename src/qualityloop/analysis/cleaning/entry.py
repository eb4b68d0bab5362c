"""What the rules see of a record, and what they say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from qualityloop.analysis.cleaning.wording import grams, normalised, numbers


@dataclass(frozen=True, eq=False)
class Entry:
    """A record. `moments` are its later instants by column; `names` what its customer is called, number included."""

    pk: int
    at: datetime
    customer: int | None
    texts: tuple[str, ...]
    moments: Mapping[str, datetime] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    @cached_property
    def text(self) -> str:
        """What is written in it, without what does not tell two texts apart."""
        return normalised(" ".join(self.texts))

    @cached_property
    def grams(self) -> frozenset[str]:
        """The pairs of characters that follow each other in its text."""
        return grams(self.text)

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """The numbers in its text: other numbers, another matter."""
        return numbers(" ".join(self.texts))


@dataclass(frozen=True, slots=True)
class Finding:
    """A record that a rule caught: which other record shows it (for duplicates), and what was found, by name."""

    pk: int
    rule: str
    other: int | None = None
    evidence: Mapping[str, str | float] = field(default_factory=dict)
