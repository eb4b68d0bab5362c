"""One trend per indicator, with control limits beside target and warning."""

from __future__ import annotations

from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Value
from qualityloop.analysis.messages import message
from qualityloop.diagnosis import payloads
from qualityloop.reports.diagnosis import badges
from qualityloop.reports.diagnosis.reading import Reading
from qualityloop.reports.markup import Html, joined, tag
from qualityloop.reports.page import Page, card

LONGEST = 90


def section(page: Page, reading: Reading) -> None:
    """A card per indicator that has at least two periods."""
    cards = []
    for indicator in reading.computed():
        series = reading.series(indicator.key)
        if len(series) >= 2:
            cards.append(_card(page, reading, indicator, series))
    if cards:
        page.section("trends", message("Trends"), tag("div", *cards, class_="r-trends"), lead=_LEAD)


_LEAD = message(
    "The band is the 95 % interval. Dashed grey lines are control limits, made from the earlier periods: a value "
    "beyond them (◆) is a signal, one inside is ordinary variation. Dotted lines are target and warning."
)


def _card(page: Page, reading: Reading, indicator: Indicator, series: list[Value]) -> Html:
    newest = series[-1]
    note = joined(
        [tag("span", reading.value(indicator, newest.value), class_="ql-nowrap"), " ", badges.status(reading, newest)]
    )
    return card(
        indicator.name.in_language(page.language),
        page.chart("trend", payload(reading, indicator, series)),
        note=note,
    )


def payload(reading: Reading, indicator: Indicator, series: list[Value]) -> payloads.Payload:
    """What the chart kind `trend` draws: the newest periods of a series."""
    return payloads.trend(indicator, series[-LONGEST:], reading.diagnosis.grain, reading.language)
