"""All rules over the records of one customer: what should not count, and of which record it is a copy.

Records are taken in the order of their creation. The first rule that catches one speaks; what is caught is never the
record of which another one is a copy, so that of a group of copies exactly one goes on counting.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from qualityloop.analysis.cleaning.entry import Entry, Finding
from qualityloop.analysis.cleaning.exact import ExactIndex, ExactRule
from qualityloop.analysis.cleaning.near import NearIndex, NearRule
from qualityloop.analysis.cleaning.testing import TrialRule
from qualityloop.analysis.cleaning.times import TimesRule


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force, in the order in which they are asked; None for those that are off."""

    times: TimesRule | None = None
    trial: TrialRule | None = None
    exact: ExactRule | None = None
    near: NearRule | None = None


def sweep(
    entries: Iterable[Entry], rules: Rules, refused: Container[tuple[int, str]] = frozenset()
) -> Iterator[Finding]:
    """What the rules catch among the records of one customer, or of none, which come in order of `at`, then `pk`.

    `refused` are (pk, rule) of which a person said that the rule is wrong: it does not catch that record again.
    """
    exact = ExactIndex(rules.exact) if rules.exact else None
    near = NearIndex(rules.near) if rules.near else None
    single = [rule for rule in (rules.times, rules.trial) if rule is not None]
    copies = [index for index in (exact, near) if index is not None]
    for entry in entries:
        caught = next(
            (
                found
                for rule in (*single, *copies)
                if (found := rule.find(entry)) is not None and (entry.pk, found.rule) not in refused
            ),
            None,
        )
        if caught is not None:
            yield caught
            continue
        for index in copies:
            index.add(entry)
