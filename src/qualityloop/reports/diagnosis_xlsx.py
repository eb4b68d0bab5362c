"""The diagnosis as a workbook: numbers as numbers, one sheet per subject, ready to filter."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from qualityloop.analysis.diagnose import Diagnosis
from qualityloop.analysis.indicators.standard import Indicator, Unit
from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.problems.wording import GRADE_WORDS, SIGNAL_WORDS, group_label
from qualityloop.reports import diagnosis_xlsx_charts
from qualityloop.reports.diagnosis.complaints import causes
from qualityloop.reports.diagnosis.definitions import HIGHER, LOWER, definition, subject
from qualityloop.reports.diagnosis.reading import Reading

if TYPE_CHECKING:
    import xlsxwriter

_FORMATS: dict[Unit, str] = {
    "percent": "0.0%",
    "per_thousand": '0.00"‰"',
    "minutes": "#,##0.0",
    "hours": "#,##0.0",
    "seconds": "#,##0.0",
    "days": "#,##0.0",
    "points": "#,##0.00",
    "count": "#,##0",
    "number": "#,##0.00",
}
_LONGEST_TEXT = 32767  # what a cell may hold


@dataclass(frozen=True, slots=True)
class Number:
    """A number that knows its unit; `factor` turns it into what the cell shows."""

    value: float | None
    unit: Unit

    @property
    def shown(self) -> float | None:
        """The number as it stands in the cell; None where there is none."""
        if self.value is None or not math.isfinite(self.value):
            return None
        return self.value * 1000 if self.unit == "per_thousand" else self.value


Cell = str | float | date | Number | None
Columns = Sequence[tuple[Message, int]]  # heading and width

_OVERVIEW: Columns = (
    (message("Indicator"), 34),
    (message("Dimension"), 14),
    (message("Unit"), 10),
    (message("Value"), 11),
    (message("Target"), 11),
    (message("Warning"), 11),
    (message("Status"), 10),
    (message("n"), 9),
    (message("Low (95 %)"), 11),
    (message("High (95 %)"), 11),
    (message("Last period"), 11),
    (message("Last year"), 11),
    (message("Signal or noise"), 24),
)
_VALUES: Columns = (
    (message("Indicator"), 34),
    (message("Period"), 12),
    (message("Group"), 26),
    (message("Value"), 11),
    (message("n"), 9),
    (message("Numerator"), 11),
    (message("Denominator"), 11),
    (message("Low (95 %)"), 11),
    (message("High (95 %)"), 11),
    (message("Interval by"), 12),
    (message("Status"), 10),
    (message("Last period"), 11),
    (message("Last year"), 11),
    (message("Signal or noise"), 24),
    (message("Mean"), 11),
    (message("Lower limit"), 11),
    (message("Upper limit"), 11),
    (message("Key"), 26),
)
_PROBLEMS: Columns = (
    (message("Rank"), 7),
    (message("Grade"), 9),
    (message("Indicator"), 34),
    (message("Group"), 22),
    (message("Period"), 12),
    (message("Value"), 11),
    (message("Target"), 11),
    (message("Warning"), 11),
    (message("n"), 9),
    (message("Low (95 %)"), 11),
    (message("High (95 %)"), 11),
    (message("Last period"), 11),
    (message("Periods missed in a row"), 12),
    (message("Affected"), 11),
    (message("Distance to the target"), 12),
    (message("Certainty"), 10),
    (message("Worsening"), 10),
    (message("Score"), 11),
    (message("In one sentence"), 70),
    (message("Why this grade"), 50),
)
_DRIVERS: Columns = (
    (message("Rank"), 7),
    (message("Indicator"), 34),
    (message("Group"), 22),
    (message("Split by"), 18),
    (message("Segment"), 30),
    (message("Value"), 11),
    (message("n"), 9),
    (message("Share of rows"), 11),
    (message("Share of the gap"), 11),
    (message("Change by getting worse"), 14),
    (message("Change by getting more"), 14),
)
_CAUSES: Columns = (
    (message("Cause"), 34),
    (message("Count"), 11),
    (message("Share"), 11),
    (message("Cumulative share"), 11),
)
_DEFINITIONS: Columns = (
    (message("Indicator"), 34),
    (message("Dimension"), 14),
    (message("Counted"), 50),
    (message("Denominator"), 30),
    (message("Condition"), 30),
    (message("Records"), 14),
    (message("Counted in the period of"), 16),
    (message("Unit"), 10),
    (message("Direction"), 14),
    (message("Baseline"), 11),
    (message("Target"), 11),
    (message("Warning"), 11),
    (message("Notes"), 40),
    (message("Source of the data"), 24),
    (message("Responsible"), 18),
    (message("Formula"), 40),
    (message("Row condition"), 30),
    (message("Key"), 26),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its columns with their widths, and its rows."""

    name: Message
    columns: Columns
    rows: Iterable[Sequence[Cell]]


def render(diagnosis: Diagnosis, *, language: str) -> bytes:
    """The workbook in `language` ("zh" or "en"); the same diagnosis gives the same bytes."""
    import xlsxwriter  # a quarter of a second, for nothing while pages are served

    reading = Reading(diagnosis, language)
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        title = message("Service quality diagnosis report").in_language(language)
        created = datetime.combine(diagnosis.end, time(), UTC)
        book.set_properties({"title": title, "created": created})
        writer = _Writer(book, language)
        _overview(writer, reading)
        for sheet in (
            _values(reading),
            _problems(reading),
            _drivers(reading),
            _causes(reading),
            _definitions(reading),
            _missing(reading),
        ):
            writer.sheet(sheet)
        diagnosis_xlsx_charts.sheet(book, reading, writer.units)
    return buffer.getvalue()


class _Writer:
    """Writes sheets; text is always written as text, so that nothing in the data becomes a formula."""

    def __init__(self, book: xlsxwriter.Workbook, language: str) -> None:
        self.book = book
        self.language = language
        font = {
            "font_name": "Microsoft YaHei" if language.startswith("zh") else "Calibri",
            "font_size": 10,
            "valign": "top",
        }
        self.plain = book.add_format(font)
        self.wrapped = book.add_format({**font, "text_wrap": True})
        self.title = book.add_format({**font, "bold": True, "font_size": 14})
        self.muted = book.add_format({**font, "font_color": "#596473"})
        self.head = book.add_format({**font, "bold": True, "bg_color": "#E7EFFA", "bottom": 1, "text_wrap": True})
        self.day = book.add_format({**font, "num_format": "yyyy-mm-dd", "align": "left"})
        self.whole = book.add_format({**font, "num_format": "#,##0"})
        self.broken = book.add_format({**font, "num_format": "#,##0.00"})
        self.units = {unit: book.add_format({**font, "num_format": form}) for unit, form in _FORMATS.items()}

    def say(self, words: Message) -> str:
        return words.in_language(self.language)

    def sheet(self, sheet: Sheet, above: Sequence[tuple[str, str]] = ()) -> None:
        """A table with its headings frozen and filtered; `above` are title lines."""
        page = self.book.add_worksheet(self.say(sheet.name)[:31])
        for line, (label, content) in enumerate(above):
            page.write_string(line, 0, label, self.title if line == 0 else self.muted)
            page.write_string(line, 1, content, self.plain)
        top = len(above) + 1 if above else 0
        for column, (heading, width) in enumerate(sheet.columns):
            page.set_column(column, column, width, self.plain)
            page.write_string(top, column, self.say(heading), self.head)
        last = top
        for last, row in enumerate(sheet.rows, start=top + 1):
            for column, cell in enumerate(row):
                self.cell(page, last, column, cell)
        page.freeze_panes(top + 1, 1)
        page.autofilter(top, 0, max(last, top + 1), len(sheet.columns) - 1)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(top)

    def cell(self, page: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell) -> None:
        """One cell in the type of its content; nothing for None."""
        if isinstance(cell, Number):
            if cell.shown is not None:
                page.write_number(row, column, cell.shown, self.units[cell.unit])
        elif isinstance(cell, date):
            page.write_datetime(row, column, datetime.combine(cell, time()), self.day)
        elif isinstance(cell, str):
            page.write_string(row, column, cell[:_LONGEST_TEXT], self.wrapped if len(cell) > 40 else self.plain)
        elif cell is not None and math.isfinite(cell):
            page.write_number(row, column, cell, self.whole if float(cell).is_integer() else self.broken)


def _overview(writer: _Writer, reading: Reading) -> None:
    diagnosis, language = reading.diagnosis, reading.language
    rows: list[Sequence[Cell]] = []
    for indicator in reading.standard.indicators:
        value = reading.overall(indicator.key)
        unit = indicator.unit
        rows.append(
            [
                indicator.name.in_language(language),
                _dimension(reading, indicator),
                reading.unit(indicator),
                Number(value.value if value else None, unit),
                Number(indicator.target, unit),
                Number(indicator.warning, unit),
                reading.status(value) if value else "",
                value.n if value else None,
                Number(value.low if value else None, unit),
                Number(value.high if value else None, unit),
                Number(value.previous if value else None, unit),
                Number(value.year_ago if value else None, unit),
                SIGNAL_WORDS[value.signal].in_language(language) if value else "",
            ]
        )
    above = [
        (writer.say(message("Service quality diagnosis report")), ""),
        (writer.say(message("Standard")), f"{reading.standard.name.in_language(language)} {reading.standard.version}"),
        (writer.say(message("Period")), f"{diagnosis.start.isoformat()} – {diagnosis.end.isoformat()}"),
        (writer.say(message("Newest period")), reading.period(reading.newest)),
        (writer.say(message("Rows rejected")), reading.count(sum(reading.rejected().values()))),
        (writer.say(message("Snapshot")), diagnosis.snapshot),
    ]
    writer.sheet(Sheet(message("Overview"), _OVERVIEW, rows), above)


def _dimension(reading: Reading, indicator: Indicator) -> str:
    found = reading.standard.dimensions.get(indicator.dimension)
    return found.in_language(reading.language) if found else indicator.dimension


def _values(reading: Reading) -> Sheet:
    language = reading.language
    rows: list[Sequence[Cell]] = []
    for value in reading.diagnosis.values.values:
        indicator = reading.indicators.get(value.key)
        if indicator is None:
            continue
        unit = indicator.unit
        rows.append(
            [
                indicator.name.in_language(language),
                value.period,
                group_label(value.group, indicator.dataset, language),
                Number(value.value, unit),
                value.n,
                value.numerator,
                value.denominator,
                Number(value.low, unit),
                Number(value.high, unit),
                reading.method(value),
                reading.status(value),
                Number(value.previous, unit),
                Number(value.year_ago, unit),
                SIGNAL_WORDS[value.signal].in_language(language),
                Number(value.center, unit),
                Number(value.lower_limit, unit),
                Number(value.upper_limit, unit),
                value.key,
            ]
        )
    return Sheet(message("Values"), _VALUES, rows)


def _problems(reading: Reading) -> Sheet:
    language = reading.language
    rows: list[Sequence[Cell]] = []
    for problem in sorted(reading.diagnosis.problems, key=lambda p: p.rank):
        indicator = reading.indicators[problem.indicator]
        unit, ranking = indicator.unit, problem.ranking
        rows.append(
            [
                problem.rank,
                GRADE_WORDS[problem.grade].in_language(language),
                indicator.name.in_language(language),
                group_label(problem.group, indicator.dataset, language),
                problem.period,
                Number(problem.value, unit),
                Number(problem.target, unit),
                Number(problem.warning, unit),
                problem.n,
                Number(problem.low, unit),
                Number(problem.high, unit),
                Number(problem.previous, unit),
                problem.months_missed,
                ranking.affected,
                ranking.distance,
                ranking.certainty,
                ranking.worsening,
                problem.score,
                problem.sentence.in_language(language),
                problem.reason.in_language(language),
            ]
        )
    return Sheet(message("Problems"), _PROBLEMS, rows)


def _drivers(reading: Reading) -> Sheet:
    language = reading.language
    rows: list[Sequence[Cell]] = []
    for problem in sorted(reading.diagnosis.problems, key=lambda p: p.rank):
        indicator = reading.indicators[problem.indicator]
        for driver in problem.drivers:
            rows.append(
                [
                    problem.rank,
                    indicator.name.in_language(language),
                    group_label(problem.group, indicator.dataset, language),
                    reading.columns(indicator, driver.by),
                    group_label(driver.group, indicator.dataset, language),
                    Number(driver.value, indicator.unit),
                    driver.n,
                    Number(driver.share_of_rows, "percent"),
                    Number(driver.share_of_gap, "percent"),
                    Number(driver.rate_effect, indicator.unit),
                    Number(driver.mix_effect, indicator.unit),
                ]
            )
    return Sheet(message("Drivers"), _DRIVERS, rows)


def _causes(reading: Reading) -> Sheet:
    rows: list[Sequence[Cell]] = [
        [item.name, item.count, Number(item.share, "percent"), Number(item.cumulative, "percent")]
        for item in causes(reading)
    ]
    return Sheet(message("Causes of complaints"), _CAUSES, rows)


def _definitions(reading: Reading) -> Sheet:
    language = reading.language
    rows: list[Sequence[Cell]] = []
    for indicator in reading.standard.indicators:
        found, unit = definition(indicator, language), indicator.unit
        better = HIGHER if indicator.better == "higher" else LOWER
        rows.append(
            [
                indicator.name.in_language(language),
                _dimension(reading, indicator),
                found.explained,
                found.denominator,
                found.condition,
                found.rows,
                found.period,
                reading.unit(indicator),
                better.in_language(language),
                Number(indicator.baseline, unit),
                Number(indicator.target, unit),
                Number(indicator.warning, unit),
                indicator.definition.in_language(language) if indicator.definition else "",
                indicator.source.in_language(language) if indicator.source else "",
                indicator.owner.in_language(language) if indicator.owner else "",
                indicator.formula,
                indicator.where or "",
                indicator.key,
            ]
        )
    return Sheet(message("Definitions"), _DEFINITIONS, rows)


def _missing(reading: Reading) -> Sheet:
    rows: list[Sequence[Cell]] = [
        [subject(reading, entry), entry.reason.in_language(reading.language)]
        for entry in reading.diagnosis.not_computed
    ]
    return Sheet(message("Not computed"), [(message("Indicator"), 34), (message("Reason"), 80)], rows)
