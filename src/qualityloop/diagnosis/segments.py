"""Segments of tickets: which columns choose cases of the process, and what of them an address or a program names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qualityloop.analysis.indicators.evaluate.periods import shift
from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.problems.wording import column_label, period_label, value_label
from qualityloop.diagnosis.choices import Choice, choose
from qualityloop.diagnosis.courses import Course
from qualityloop.diagnosis.prescribed import Given, map_given

FILTERS = ("channel", "product", "team", "kind")  # offered one by one
SEGMENTS = ("team", "channel", "product_kind", "product", "kind", "category", "tier", "priority", "region", "shift")
Known = Mapping[str, Sequence[str]]  # values that occur


def unknown(text: str) -> Message:
    """Said where an address names what there is not."""
    return message("There is no “{text}” to choose; the usual choice is shown.", text=text[:40])


def chosen_of(asked: Mapping[str, str], known: Known) -> tuple[dict[str, str], list[Message]]:
    """Columns with the value that is asked for, and what there is not."""
    chosen, notes = {}, []
    for name in SEGMENTS:
        value = asked.get(name, "")
        if value and value not in known.get(name, ()):
            notes.append(unknown(value))
        elif value:
            chosen[name] = value
    return chosen, notes


def segment_of(text: str, known: Known) -> tuple[dict[str, str], list[Message]]:
    """The segment that "team:夜班组" names; nothing for nothing."""
    column, _separator, value = text.partition(":")
    if not text:
        return {}, []
    if column in SEGMENTS and value in known.get(column, ()):
        return {column: value}, []
    return {}, [unknown(text)]


@dataclass(frozen=True, slots=True)
class Sided:
    """One side of a comparison: a period, and the tickets whose columns have these values."""

    choice: Choice
    chosen: Mapping[str, str]
    given: Given | None

    def name(self, language: str) -> str:
        """2026 年 9 月 · 夜班组."""
        parts = [value_label(column, value, "tickets", language) for column, value in self.chosen.items()]
        return " · ".join([period_label(self.choice.period, self.choice.grain, language), *parts])

    def same_as(self, other: Sided) -> bool:
        """Whether the other side has the same cases."""
        return self.choice.period == other.choice.period and dict(self.chosen) == dict(other.chosen)

    def query(self, **more: object) -> str:
        """The side as the query of an address of the pages about the process."""
        return self.choice.query(**self.chosen, **more)


def sides(
    asked: Mapping[str, str], choice: Choice, lake: Lake, standards: Mapping[str, Standard | Course], known: Known
) -> tuple[Sided, Sided, list[Message]]:
    """The two sides that an address or a program names, and what of it makes no sense.

    `a`, `b` are their segments, `period` is that of b and `against` that of a: where it is left out the period before,
    or the same one where the segments differ. Every other filter holds for both.
    """
    common, notes = chosen_of(asked, known)
    segments = []
    for name in ("a", "b"):
        segment, more = segment_of(asked.get(name, ""), known)
        segments.append(segment)
        notes += more
    same = segments[0] == segments[1]
    before = shift(choice.period, choice.grain, -1) if same else choice.period
    usual = before if before in choice.periods else choice.period
    given = {
        "standard": choice.standard.key,
        "grain": choice.grain,
        "period": asked.get("against") or usual.isoformat(),
    }
    other = choose(given, lake, standards, choice.standard.key) or choice
    choices = (other, choice)
    found = [
        Sided(c, chosen := {**common, **own}, map_given(c, chosen)) for c, own in zip(choices, segments, strict=True)
    ]
    return found[0], found[1], [*notes, *other.notes]


def segment_groups(known: Known, picked: str | None, language: str) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Segments to choose from, by column: (label, [(text, words, chosen)])."""
    return [
        (
            column_label(column, "tickets", language),
            [
                (f"{column}:{value}", value_label(column, value, "tickets", language), picked == f"{column}:{value}")
                for value in known[column]
            ],
        )
        for column in SEGMENTS
        if len(known.get(column, ())) > 1
    ]
