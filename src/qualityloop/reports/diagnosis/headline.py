"""What was read, how it stands, and the figures that the standard puts first."""

from __future__ import annotations

from collections import Counter

from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Status
from qualityloop.analysis.messages import Message, message
from qualityloop.diagnosis import payloads
from qualityloop.reports.diagnosis import badges
from qualityloop.reports.diagnosis.reading import Reading
from qualityloop.reports.markup import Html, joined, tag
from qualityloop.reports.page import Page, day_text

SPARK = 18  # periods on a headline figure

_COUNTED: tuple[tuple[Status, Message], ...] = (
    ("missed", message("{n} missed")),
    ("warning", message("{n} at warning")),
    ("met", message("{n} on target")),
    ("insufficient", message("{n} with too few data")),
)


def summary(page: Page, reading: Reading) -> Html:
    """One sentence on all indicators of the newest period."""
    counts = Counter(v.status for i in reading.computed() if (v := reading.overall(i.key)) and v.status)
    parts = [
        Message(words.msgid, {"n": counts[status]}).in_language(page.language)
        for status, words in _COUNTED
        if counts[status]
    ]
    between = "、" if page.chinese else ", "
    sentence = message(
        "{period}: of {n} indicators with a target, {parts}.",
        period=reading.period(reading.newest),
        n=sum(counts.values()),
        parts=between.join(parts),
    )
    if not parts:
        sentence = message("None of the indicators with a target could be computed for this period.")
    worst = reading.diagnosis.problems[:1]
    first = [tag("p", tag("strong", problem.sentence.in_language(page.language))) for problem in worst]
    return tag("div", *first, tag("p", page.say(sentence)), class_="r-summary")


def read(page: Page, reading: Reading) -> None:
    """Period, rows and what had to be left out."""
    diagnosis = reading.diagnosis
    facts = [
        (message("Period"), f"{day_text(diagnosis.start)} – {day_text(diagnosis.end)}"),
        (message("Standard"), f"{reading.standard.name.in_language(page.language)} {reading.standard.version}"),
        (message("Indicators computed"), f"{len(reading.computed())} / {len(reading.standard.indicators)}"),
    ]
    rejected = reading.rejected()
    facts.append((message("Rows rejected"), reading.count(sum(rejected.values()))))
    listed = tag("dl", *(tag("div", tag("dt", page.say(k)), tag("dd", v)) for k, v in facts), class_="r-read")
    each = (
        tag(
            "ul",
            *(tag("li", f"{name}: {reading.count(n)}") for name, n in rejected.items()),
            class_="r-steps",
        )
        if rejected
        else None
    )
    body = tag("div", tag("div", listed, each, class_="ql-card__body"), class_="ql-card")
    page.section("read", message("What was read"), body)


def tiles(page: Page, reading: Reading) -> None:
    """The headline figures."""
    shown = [_tile(page, reading, indicator) for indicator in reading.headline()]
    if shown:
        page.section("headline", message("Headline figures"), tag("div", *shown, class_="ql-tiles"))


def _tile(page: Page, reading: Reading, indicator: Indicator) -> Html:
    value = reading.overall(indicator.key)
    assert value is not None  # noqa: S101  # headline() names only what was computed
    name = indicator.name.in_language(page.language)
    history = [v for v in reading.series(indicator.key) if v.period <= reading.newest][-SPARK:]
    meta = [reading.rows(indicator, value.n)]
    if indicator.target is not None:
        meta.insert(0, page.say(message("target {target}", target=reading.target(indicator))))
    interval = None
    if value.low is not None and value.high is not None:
        interval = page.say(
            message("95 % interval {interval}", interval=reading.interval(indicator, value.low, value.high))
        )
    return tag(
        "article",
        tag("div", tag("h3", name, class_="ql-tile__name"), badges.status(reading, value), class_="ql-tile__top"),
        tag(
            "div",
            badges.figure(reading, indicator, value.value),
            badges.change(reading, indicator, value.value, value.previous),
            class_="ql-tile__line",
        ),
        tag("p", joined([" · ".join(meta), tag("br"), interval or Html("&nbsp;")]), class_="ql-tile__meta"),
        page.chart("spark", payloads.spark(indicator, history)),
        class_=f"ql-tile ql-tile--{value.status or 'none'}",
    )
