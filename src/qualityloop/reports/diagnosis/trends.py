"""One trend per indicator, with control limits beside target and warning."""

from __future__ import annotations

from typing import Any

from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Value
from qualityloop.analysis.messages import message
from qualityloop.reports.diagnosis import badges
from qualityloop.reports.diagnosis.reading import Reading, finite
from qualityloop.reports.markup import Html, joined, tag
from qualityloop.reports.page import Page, card

LONGEST = 90


def section(page: Page, reading: Reading) -> None:
    """A card per indicator that has at least two periods."""
    cards = []
    for indicator in reading.computed():
        series = reading.series(indicator.key)[-LONGEST:]
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
        page.chart("trend", payload(page, reading, indicator, series)),
        note=note,
    )


def payload(page: Page, reading: Reading, indicator: Indicator, series: list[Value]) -> dict[str, Any]:
    """What the chart kind `trend` draws."""
    name = indicator.name.in_language(page.language)
    words = {
        "label": message("Trend of {name} with control limits and target", name=name),
        "target": message("Target"),
        "warning": message("Warning"),
        "center": message("Mean"),
        "limits": message("Limit"),
        "interval": message("95 % interval"),
        "n": message("n"),
        "signal": message("Signal: beyond the control limits"),
    }
    return {
        "unit": indicator.unit,
        "better": indicator.better,
        "labels": [short_period(reading, value) for value in series],
        "series": [
            {
                "name": name,
                "values": [finite(v.value) for v in series],
                "low": [finite(v.low) for v in series],
                "high": [finite(v.high) for v in series],
                "n": [v.n for v in series],
            }
        ],
        "target": indicator.target,
        "warning": indicator.warning,
        "center": [finite(v.center) for v in series],
        "lower": [finite(v.lower_limit) for v in series],
        "upper": [finite(v.upper_limit) for v in series],
        "signals": [index for index, v in enumerate(series) if v.signal],
        "words": {key: word.in_language(page.language) for key, word in words.items()},
    }


def short_period(reading: Reading, value: Value) -> str:
    """The period as an axis has room for it: 2026-03, 2026 W14, 2026 Q2."""
    start, grain = value.period, reading.diagnosis.grain
    if grain == "month":
        return f"{start:%Y-%m}"
    if grain == "week":
        year, week, _ = start.isocalendar()
        return f"{year} W{week:02d}"
    if grain == "quarter":
        return f"{start.year} Q{(start.month + 2) // 3}"
    return f"{start.year}" if grain == "year" else start.isoformat()
