"""All values of the newest period: every indicator, then each of them by group."""

from __future__ import annotations

from collections.abc import Sequence

from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Grouping, Value
from qualityloop.analysis.messages import Message, message
from qualityloop.reports.diagnosis import badges
from qualityloop.reports.diagnosis.badges import right
from qualityloop.reports.diagnosis.reading import Reading
from qualityloop.reports.markup import Child, Html, joined, tag
from qualityloop.reports.page import Page, details, table

MOST_ROWS = 40

_FIGURES: tuple[Message, ...] = (
    message("Value"),
    message("95 % interval"),
    message("n"),
    message("Status"),
    message("Against last period"),
    message("Against last year"),
    message("Signal or noise"),
)


def section(page: Page, reading: Reading) -> None:
    """The table of all indicators, and below it one part per indicator with its groups."""
    rows = []
    for indicator in reading.computed():
        value = reading.overall(indicator.key)
        if value is not None:
            head = [tag("th", indicator.name.in_language(page.language), scope="row"), right(reading.target(indicator))]
            rows.append(tag("tr", *head, *_figures(reading, indicator, value)))
    headings = [message("Indicator"), message("Target"), *_FIGURES]
    title = message("All values")
    overall = _table(page, title, headings, rows, frozenset({1, 2, 3, 4, 6, 7}))
    parts = [part for indicator in reading.computed() if (part := _by_group(page, reading, indicator))]
    page.section(
        "values",
        title,
        tag("div", tag("div", overall, class_="ql-card__body"), class_="ql-card"),
        *parts,
        lead=message(
            "{period}. “Too few data” means that the interval leaves open whether the target is met.",
            period=reading.period(reading.newest),
        ),
    )


def _figures(reading: Reading, indicator: Indicator, value: Value) -> list[Html]:
    return [
        right(tag("strong", reading.value(indicator, value.value))),
        right(reading.interval(indicator, value.low, value.high)),
        right(reading.count(value.n)),
        tag("td", badges.status(reading, value)),
        right(badges.change(reading, indicator, value.value, value.previous)),
        right(badges.change(reading, indicator, value.value, value.year_ago)),
        tag("td", badges.signal(reading, value)),
    ]


def _by_group(page: Page, reading: Reading, indicator: Indicator) -> Html | None:
    parts: list[Child] = []
    names = []
    for grouping in reading.groupings():
        values = reading.groups(indicator.key, grouping)
        if values:
            names.append(reading.columns(indicator, grouping))
            parts.append(_grouping(page, reading, indicator, grouping, values))
    if not parts:
        return None
    value = reading.overall(indicator.key)
    summary = joined([tag("span", indicator.name.in_language(page.language)), " ", badges.status(reading, value)])
    note = page.say(message("by {columns}", columns=("、" if page.chinese else ", ").join(names)))
    return details(summary, note, *parts)


def _grouping(page: Page, reading: Reading, indicator: Indicator, grouping: Grouping, values: list[Value]) -> Html:
    rows = [
        tag("tr", tag("th", reading.group(indicator, value), scope="row"), *_figures(reading, indicator, value))
        for value in values[:MOST_ROWS]
    ]
    columns = reading.columns(indicator, grouping)
    label = message("{name} by {columns}", name=indicator.name.in_language(page.language), columns=columns)
    found = _table(page, label, [columns, *_FIGURES], rows, frozenset({1, 2, 3, 5, 6}))
    left = len(values) - MOST_ROWS
    rest = page.say(message("{n} smaller groups are in the Excel file.", n=left)) if left > 0 else None
    return joined([found, tag("p", rest, class_="r-steps") if rest else None])


def _table(
    page: Page, label: Message, headings: Sequence[Message | str], rows: list[Html], numbers: frozenset[int]
) -> Html:
    words: list[Child] = [page.say(h) if isinstance(h, Message) else h for h in headings]
    return table(words, rows, label=page.say(label), right=numbers)
