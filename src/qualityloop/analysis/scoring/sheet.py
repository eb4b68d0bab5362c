"""A score sheet as data: dimension → item → points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from qualityloop.analysis.messages import Text

Critical = Literal["", "dimension", "sheet"]
Facts = Mapping[str, str | None]

NOTHING = Text("", "")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Term:
    """One fact of the case that must be, or must not be, one of `values`."""

    fact: str
    values: tuple[str, ...]
    negated: bool = False

    def holds(self, facts: Facts) -> bool:
        """Whether it holds; a fact that nobody knows speaks against nothing."""
        value = facts.get(self.fact)
        return value is None or value == "" or (value in self.values) is not self.negated

    def __str__(self) -> str:
        return f"{self.fact} {'!=' if self.negated else '='} {', '.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Condition:
    """For which cases something applies: every term must hold. Without terms: for all."""

    terms: tuple[Term, ...] = ()

    def holds(self, facts: Facts) -> bool:
        """Whether a case with these facts is meant."""
        return all(term.holds(facts) for term in self.terms)

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __str__(self) -> str:
        return "; ".join(map(str, self.terms))


ALWAYS = Condition()


@dataclass(frozen=True, slots=True)
class Level:
    """A step on the scale of an item, and by what one knows it (an anchor)."""

    points: Decimal
    name: Text


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is looked at. With `levels` only their points may be given, otherwise any from 0 to `points`.

    A critical item fails its dimension or the whole sheet when it is given `fails_at` points or fewer.
    """

    key: str
    name: Text
    points: Decimal
    guide: Text = NOTHING
    critical: Critical = ""
    fails_at: Decimal = ZERO
    when: Condition = ALWAYS
    may_not_apply: bool = True
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Dimension:
    """A group of items that has `weight` per cent of the total, however many points its items have."""

    key: str
    name: Text
    weight: Decimal
    items: tuple[Item, ...]
    when: Condition = ALWAYS

    @property
    def points(self) -> Decimal:
        """The full points of its items; they are normalised, so they may be any number."""
        return sum((item.points for item in self.items), Decimal(0))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A score sheet. `scope` says for which kinds of business it is meant; `pass_mark` is a total out of 100."""

    key: str
    name: Text
    dimensions: tuple[Dimension, ...]
    scope: Condition = ALWAYS
    pass_mark: Decimal | None = None
    note: Text = NOTHING

    def items(self) -> Iterator[tuple[Dimension, Item]]:
        """Every item with its dimension, in order."""
        for dimension in self.dimensions:
            for item in dimension.items:
                yield dimension, item

    @property
    def weight(self) -> Decimal:
        """The sum of the weights; 100 where the sheet can be used."""
        return sum((dimension.weight for dimension in self.dimensions), Decimal(0))
