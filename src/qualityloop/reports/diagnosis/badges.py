"""Small pieces that several sections show: status, change, signal, bars for shares."""

from __future__ import annotations

from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Value
from qualityloop.analysis.problems.problem import Grade
from qualityloop.analysis.problems.wording import GRADE_WORDS, SIGNAL_WORDS, STATUS_WORDS
from qualityloop.reports.diagnosis.reading import Reading
from qualityloop.reports.markup import Child, Html, tag


def status(reading: Reading, value: Value | None) -> Html:
    """The status in colour and word; nothing where the indicator has no target."""
    if value is None or value.status is None:
        return Html("")
    word = STATUS_WORDS[value.status].in_language(reading.language)
    return tag("span", word, class_=f"ql-status ql-status--{value.status}")


def grade(reading: Reading, of: Grade) -> Html:
    """The grade of a problem."""
    return tag("span", GRADE_WORDS[of].in_language(reading.language), class_=f"ql-grade ql-grade--{of}")


def change(reading: Reading, indicator: Indicator, now: float | None, before: float | None) -> Html:
    """The change since `before`, coloured where it is good or bad."""
    words, side = reading.change(indicator, now, before)
    return tag("span", words, class_=f"ql-change ql-change--{side}" if side else "ql-change")


def signal(reading: Reading, value: Value) -> Html:
    """Signal or noise in words."""
    word = SIGNAL_WORDS[value.signal].in_language(reading.language)
    return tag("span", word, class_="ql-signal" if value.signal else "ql-muted")


def figure(reading: Reading, indicator: Indicator, number: float | None) -> Html:
    """A large number with its unit set small."""
    words = reading.value(indicator, number)
    digits = words.rstrip("%‰ abcdefghijklmnopqrstuvwxyz分钟小时秒天")
    unit = words[len(digits) :].strip()
    return tag("span", digits, tag("small", f" {unit}") if unit else None, class_="ql-number")


def right(content: Child) -> Html:
    """A cell with a number."""
    return tag("td", content, class_="ql-right")
