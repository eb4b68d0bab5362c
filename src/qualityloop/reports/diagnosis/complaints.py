"""The vital few of the complaints: Pareto of what they are about, and of each dimension in which they were split."""

from __future__ import annotations

from collections import Counter

from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.messages import message
from qualityloop.analysis.problems.causes import CAUSE, counted_causes
from qualityloop.analysis.problems.pareto import ParetoItem, pareto
from qualityloop.analysis.problems.wording import format_share, value_label
from qualityloop.diagnosis import payloads
from qualityloop.reports.diagnosis.reading import Reading
from qualityloop.reports.markup import Html, tag
from qualityloop.reports.page import Page, card

MOST_BARS = 10


def section(page: Page, reading: Reading) -> None:
    """A Pareto of the causes, and one per dimension in which complaints were counted."""
    if cards := [_card(page, title, items) for title, items in paretos(reading)]:
        page.section("complaints", message("Complaints"), tag("div", *cards, class_="r-trends"))


def paretos(reading: Reading) -> list[tuple[str, tuple[ParetoItem, ...]]]:
    """Title and items of each Pareto: of the causes, and of each dimension in which the first indicator was split."""
    found: list[tuple[str, tuple[ParetoItem, ...]]] = []
    if items := causes(reading):
        found.append((message("Causes of complaints").in_language(reading.language), items))
    for indicator in reading.computed():
        if indicator.kind != "complaint":
            continue
        for grouping in reading.groupings():
            if found and grouping == (CAUSE,):
                continue  # the same once more
            if len(grouping) == 1 and (items := counted(reading, indicator, grouping[0])):
                words = message("Complaints by {columns}", columns=reading.columns(indicator, grouping))
                found.append((words.in_language(reading.language), items))
        if found:
            break
    return found


def causes(reading: Reading) -> tuple[ParetoItem, ...]:
    """Complaints of the whole range by what they are about."""
    counts = counted_causes(reading.diagnosis.causes)
    blank = value_label(CAUSE, None, "complaints", reading.language)
    return pareto((blank if name is None else name, n) for name, n in counts.items())


def counted(reading: Reading, indicator: Indicator, column: str) -> tuple[ParetoItem, ...]:
    """Complaints of the whole range by the values of `column`, at least two of them."""
    start, end = reading.diagnosis.start, reading.diagnosis.end
    counts: Counter[str] = Counter()
    for value in reading.diagnosis.values.values:
        inside = start <= value.period <= end and value.key == indicator.key
        if inside and len(value.group) == 1 and value.group[0][0] == column:
            name = value_label(column, value.group[0][1], indicator.dataset, reading.language)
            counts[name] += int(value.numerator if value.numerator is not None else value.n)
    items = pareto(counts.items())
    return items if len(items) >= 2 else ()


def _card(page: Page, title: str, items: tuple[ParetoItem, ...]) -> Html:
    vital = [item for item in items if item.vital]
    note = page.say(
        message(
            "{n} of {of} make up {share}",
            n=len(vital),
            of=len(items),
            share=format_share(vital[-1].cumulative, page.language),
        )
    )
    return card(title, page.chart("pareto", payloads.pareto(bars(page, items), title, page.language)), note=note)


def bars(page: Page, items: tuple[ParetoItem, ...]) -> list[tuple[str, float, str | None]]:
    """Name and count of each bar; what is past the tenth is put together."""
    shown: list[tuple[str, float, str | None]] = [(item.name, item.count, None) for item in items[:MOST_BARS]]
    rest = sum(item.count for item in items[MOST_BARS:])
    return [*shown, (page.say(message("Other")), rest, None)] if rest else shown
