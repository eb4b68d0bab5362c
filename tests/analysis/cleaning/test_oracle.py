"""The index of near copies finds what comparing everything with everything finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import given, settings

from qualityloop.analysis.cleaning import Entry, ExactRule, NearRule, Rules, sweep

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = st.text("打印机卡纸abc12 ,", max_size=14)
MOMENTS = st.integers(0, 24 * 10)


def plain(text: str) -> str:
    return text.replace(" ", "").replace(",", "")


def pairs(text: str) -> set[str]:
    letters = plain(text)
    return {a + b for a, b in pairwise(letters)} or set(letters)


def digits(text: str) -> list[str]:
    out, run = [], ""
    for letter in text + " ":
        if letter.isdigit():
            run += letter
        elif run:
            out.append(run)
            run = ""
    return sorted(out)


def by_comparing_all(
    rows: list[tuple[int, int, str]], hours: int, share: Fraction, least: int, refused: set[tuple[int, str]]
) -> list[tuple[int, str, int]]:
    """Every record with every one before it that counts."""
    counting: list[tuple[int, int, str]] = []
    found = []
    for pk, hour, text in rows:
        within = [o for o in counting if hour - o[1] <= hours]
        exact = [o for o in within if plain(o[2]) == plain(text) and len(plain(text)) >= least]
        if exact and (pk, "exact") not in refused:
            found.append((pk, "exact", exact[-1][0]))
            continue
        near = []
        for o in within:
            if plain(o[2]) == plain(text) or digits(o[2]) != digits(text):
                continue
            if min(len(plain(text)), len(plain(o[2]))) < least:
                continue
            a, b = pairs(o[2]), pairs(text)
            alike = Fraction(len(a & b), len(a | b))
            if alike >= share:
                near.append((-alike, o[1], o[0]))
        if near and (pk, "near") not in refused:
            found.append((pk, "near", min(near)[2]))
            continue
        counting.append((pk, hour, text))
    return found


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(MOMENTS, TEXTS), max_size=25),
    st.integers(1, 100),
    st.integers(1, 20),
    st.integers(1, 6),
    st.sets(st.tuples(st.integers(0, 24), st.sampled_from(["exact", "near"])), max_size=4),
)
def test_the_index_finds_what_comparing_all_finds(
    some: list[tuple[int, str]], hours: int, share: int, least: int, refused: set[tuple[int, str]]
) -> None:
    rows = [(pk, hour, text) for pk, (hour, text) in enumerate(sorted(some, key=lambda row: row[0]))]
    wanted = by_comparing_all(rows, hours, Fraction(share, 20), least, refused)
    rules = Rules(
        exact=ExactRule(days=hours / 24, least=least), near=NearRule(hours / 24, similarity=share / 20, least=least)
    )
    entries = [Entry(pk, BEGIN + timedelta(hours=hour), 1, (text,)) for pk, hour, text in rows]
    assert [(f.pk, f.rule, f.other) for f in sweep(entries, rules, refused)] == wanted
    caught = {pk for pk, _rule, _other in wanted}
    assert all(other not in caught for _pk, _rule, other in wanted)  # what is pointed at counts
