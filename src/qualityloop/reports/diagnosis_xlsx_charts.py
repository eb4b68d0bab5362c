"""The sheet of charts in the workbook: the headline figures through time and what complaints are about."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qualityloop.analysis.indicators.standard import Indicator, Unit
from qualityloop.analysis.indicators.values import Value
from qualityloop.analysis.messages import message
from qualityloop.analysis.problems.pareto import ParetoItem
from qualityloop.diagnosis.payloads import short_label
from qualityloop.reports.diagnosis.complaints import paretos
from qualityloop.reports.diagnosis.reading import Reading
from qualityloop.reports.diagnosis.trends import LONGEST

if TYPE_CHECKING:
    import xlsxwriter

HIGH = 15  # rows that a chart takes
COLOURS = ("#1A5FB4", "#1B6E3C", "#B26A00", "#8A94A3", "#8A94A3")


def sheet(book: xlsxwriter.Workbook, reading: Reading, formats: Mapping[Unit, Any]) -> None:
    """Numbers on the left, the chart of them on the right; nothing where no indicator has two periods."""
    language = reading.language
    shown = [(i, reading.series(i.key)[-LONGEST:]) for i in reading.headline() if len(reading.series(i.key)) >= 2]
    if not shown:
        return
    page = book.add_worksheet(message("Charts").in_language(language)[:31])
    page.set_column(0, 0, 26)
    page.set_column(1, 5, 12)
    top = 0
    for indicator, series in shown:
        top = _trend(book, page, top, reading, indicator, series, formats)
    for title, items in paretos(reading):
        top = _pareto(book, page, top, title, items)


def _trend(  # noqa: PLR0917
    book: xlsxwriter.Workbook, page: Any, top: int, reading: Reading, indicator: Indicator, series: Sequence[Value],
    formats: Mapping[Unit, Any],
) -> int:  # fmt: skip
    """One indicator's numbers and chart from row `top` on; where the next begins."""
    language, factor = reading.language, 1000 if indicator.unit == "per_thousand" else 1
    name = indicator.name.in_language(language)
    heads = [message("Period"), message("Value"), message("Target"), message("Warning"), message("Lower limit"),
             message("Upper limit")]  # fmt: skip
    page.write_string(top, 0, name)
    for column, head in enumerate(heads):
        page.write_string(top + 1, column, head.in_language(language))
    first, last = top + 2, top + 1 + len(series)
    for row, value in enumerate(series, start=first):
        page.write_string(row, 0, short_label(value.period, reading.diagnosis.grain))
        lines = (value.value, indicator.target, indicator.warning, value.lower_limit, value.upper_limit)
        for column, number in enumerate(lines, start=1):
            if number is not None and math.isfinite(number):
                page.write_number(row, column, number * factor, formats[indicator.unit])
    chart = book.add_chart({"type": "line"})
    for column, colour in enumerate(COLOURS, start=1):
        line: dict[str, Any] = {"color": colour, "width": 2 if column == 1 else 1}
        if column > 1:
            line["dash_type"] = "dash"
        chart.add_series({
            "name": [page.name, top + 1, column], "categories": [page.name, first, 0, last, 0],
            "values": [page.name, first, column, last, column], "line": line,
            "marker": {"type": "circle", "size": 4} if column == 1 else {"type": "none"},
        })  # fmt: skip
    chart.set_title({"name": name, "name_font": {"size": 11}})
    chart.set_legend({"position": "bottom"})
    chart.show_blanks_as("gap")
    chart.set_size({"width": 640, "height": 280})
    page.insert_chart(top, 7, chart)
    return max(last + 2, top + HIGH)


def _pareto(book: xlsxwriter.Workbook, page: Any, top: int, title: str, items: Sequence[ParetoItem]) -> int:
    """Names, counts and bars from row `top` on; where the next begins."""
    page.write_string(top, 0, title)
    for row, item in enumerate(items, start=top + 1):
        page.write_string(row, 0, item.name)
        page.write_number(row, 1, item.count)
    chart, last = book.add_chart({"type": "bar"}), top + len(items)
    chart.add_series({
        "categories": [page.name, top + 1, 0, last, 0], "values": [page.name, top + 1, 1, last, 1],
        "fill": {"color": COLOURS[0]}, "data_labels": {"value": True},
    })  # fmt: skip
    chart.set_title({"name": title, "name_font": {"size": 11}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    page.insert_chart(top, 7, chart)
    return max(last + 2, top + HIGH)
