"""The diagnosis report as a Word document, with Word's own charts."""

from __future__ import annotations

from collections.abc import Sequence

from docx.shared import Pt

from qualityloop import __version__
from qualityloop.analysis.diagnose import Diagnosis
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.messages import Message, message
from qualityloop.analysis.problems.problem import Problem
from qualityloop.analysis.problems.wording import GRADE_WORDS, SIGNAL_WORDS, format_share, group_label, rows_label
from qualityloop.diagnosis import payloads
from qualityloop.reports.diagnosis import complaints, definitions, problems, trends
from qualityloop.reports.diagnosis.reading import Reading
from qualityloop.reports.page import Page, day_text
from qualityloop.reports.paper import Paper
from qualityloop.reports.word_charts import bar_chart, trend_chart

TITLE = message("Service quality diagnosis report")


def render(diagnosis: Diagnosis, *, language: str) -> bytes:
    """One .docx in `language` ("zh" or "en")."""
    paper = _Paper(Reading(diagnosis, language))
    paper.opening()
    paper.top()
    paper.others()
    paper.values()
    paper.trends()
    paper.complaints()
    paper.missing()
    paper.definitions()
    return paper.saved()


class _Paper(Paper):
    def __init__(self, reading: Reading) -> None:
        self.reading, self.language = reading, reading.language
        self.problems = sorted(reading.diagnosis.problems, key=lambda problem: problem.rank)
        super().__init__(f"{self.say(TITLE)} · {reading.period(reading.newest)}")

    def say(self, words: Message) -> str:
        return words.in_language(self.language)

    def heads(self, *words: Message) -> tuple[str, ...]:
        return tuple(self.say(word) for word in words)

    def opening(self) -> None:
        """Title, what was read, and the worst of it in a sentence."""
        found = self.reading.diagnosis
        self.document.add_paragraph(self.say(TITLE), style="Title")
        name = self.reading.standard.name.in_language(self.language)
        period = f"{day_text(found.start)} – {day_text(found.end)}"
        self.document.add_paragraph(f"{name} · {period}", style="Subtitle")
        self.muted(
            self.say(
                message(
                    "Standard {key}, version {version} · snapshot {snapshot} · QualityLoop {program}",
                    key=self.reading.standard.key,
                    version=self.reading.standard.version,
                    snapshot=found.snapshot,
                    program=__version__,
                )
            )
        )
        for problem in self.problems[:1]:
            run = self.document.add_paragraph().add_run(problem.sentence.in_language(self.language))
            run.bold, run.font.size = True, Pt(11)

    def top(self) -> None:
        """TOP 3 in full: sentence, grade, drivers, how it came to this."""
        self.heading(self.say(message("TOP 3 problems")), 1)
        if not self.problems:
            words = message("No indicator misses its target for sure in this period.")
            self.document.add_paragraph(self.say(words))
        for problem in self.problems[: problems.TOP]:
            self._problem(problem)

    def _named(self, problem: Problem) -> str:
        indicator = self.reading.indicators[problem.indicator]
        name = indicator.name.in_language(self.language)
        return f"{name} · {group_label(problem.group, indicator.dataset, self.language)}" if problem.group else name

    def _problem(self, problem: Problem) -> None:
        reading, indicator = self.reading, self.reading.indicators[problem.indicator]
        grade = GRADE_WORDS[problem.grade].in_language(self.language)
        self.heading(f"{problem.rank}  {self._named(problem)}（{grade}）", 2)
        self.document.add_paragraph(problem.sentence.in_language(self.language))
        self.fact(self.say(message("Value")), reading.value(indicator, problem.value))
        self.fact(self.say(message("Target")), reading.target(indicator))
        self.fact(self.say(message("95 % interval")), reading.interval(indicator, problem.low, problem.high))
        self.fact(self.say(message("Affected")), rows_label(problem.affected, indicator.dataset, self.language))
        self.fact(self.say(message("Grade")), problem.reason.in_language(self.language))
        if problem.drivers:
            self.heading(self.say(message("Where it comes from")), 3)
            heads = self.heads(
                message("Segment"),
                message("Value"),
                message("n"),
                message("Share of rows"),
                message("Share of the gap"),
            )
            rows = [
                (
                    group_label(driver.group, indicator.dataset, self.language),
                    reading.value(indicator, driver.value),
                    reading.count(driver.n),
                    format_share(driver.share_of_rows, self.language) if driver.share_of_rows is not None else "–",
                    format_share(driver.share_of_gap, self.language),
                )
                for driver in problem.drivers
            ]
            self.table(heads, rows, (7, 2.8, 2.2, 2.5, 2.5))
        series = [v for v in reading.series(indicator.key, problem.group) if v.period <= problem.period]
        if len(series) >= 3:
            trend_chart(self.document, trends.payload(reading, indicator, series))

    def others(self) -> None:
        """Further problems as a table."""
        if len(self.problems) <= problems.TOP:
            return
        self.heading(self.say(message("Further problems")), 1)
        heads = self.heads(message("Rank"), message("Indicator"), message("Grade"), message("Value"), message("Target"),
                           message("In one sentence"))  # fmt: skip
        rows = []
        for problem in self.problems[problems.TOP :]:
            indicator = self.reading.indicators[problem.indicator]
            rows.append((
                str(problem.rank), self._named(problem), GRADE_WORDS[problem.grade].in_language(self.language),
                self.reading.value(indicator, problem.value), self.reading.target(indicator),
                problem.sentence.in_language(self.language),
            ))  # fmt: skip
        self.table(heads, rows, (1.1, 3.6, 1.4, 1.8, 1.8, 7.3))

    def values(self) -> None:
        """Every indicator of the newest period."""
        self.heading(self.say(message("All values")), 1)
        heads = self.heads(message("Indicator"), message("Target"), message("Value"), message("95 % interval"),
                           message("n"), message("Status"), message("Against last period"),
                           message("Signal or noise"))  # fmt: skip
        rows = [row for indicator in self.reading.computed() if (row := self._row(indicator))]
        self.table(heads, rows, (3.6, 1.7, 1.7, 2.6, 1.1, 1.6, 2.2, 2.5))

    def _row(self, indicator: Indicator) -> Sequence[str] | None:
        reading, value = self.reading, self.reading.overall(indicator.key)
        if value is None:
            return None
        return (
            indicator.name.in_language(self.language), reading.target(indicator), reading.value(indicator, value.value),
            reading.interval(indicator, value.low, value.high), reading.count(value.n), reading.status(value),
            reading.change(indicator, value.value, value.previous)[0],
            SIGNAL_WORDS[value.signal].in_language(self.language),
        )  # fmt: skip

    def trends(self) -> None:
        """The headline indicators as charts."""
        shown = [(i, series) for i in self.reading.headline() if len(series := self.reading.series(i.key)) >= 2]
        if not shown:
            return
        self.heading(self.say(message("Trends")), 1)
        for indicator, series in shown:
            self.heading(indicator.name.in_language(self.language), 3)
            trend_chart(self.document, trends.payload(self.reading, indicator, series))

    def complaints(self) -> None:
        """What complaints are about, the vital few first."""
        found = complaints.paretos(self.reading)
        if not found:
            return
        self.heading(self.say(message("Complaints")), 1)
        for title, items in found:
            self.heading(title, 2)
            bars = complaints.bars(Page(self.language), items)
            bar_chart(self.document, payloads.pareto(bars, title, self.language))
            heads = self.heads(message("Name"), message("Count"), message("Share"), message("Cumulative share"))
            rows = [
                (item.name, self.reading.count(item.count), format_share(item.share, self.language),
                 format_share(item.cumulative, self.language))
                for item in items
            ]  # fmt: skip
            self.table(heads, rows, (8, 3, 3, 3))

    def missing(self) -> None:
        """What could not be computed, and why."""
        entries = self.reading.diagnosis.not_computed
        if entries:
            self.heading(self.say(message("Not computed")), 1)
            rows = [(definitions.subject(self.reading, entry), self.say(entry.reason)) for entry in entries]
            self.table(self.heads(message("Indicator"), message("Reason")), rows, (6, 11))

    def definitions(self) -> None:
        """How every number is defined."""
        self.heading(self.say(message("Definitions")), 1)
        heads = self.heads(message("Indicator"), message("Counted"), message("Condition"), message("Formula"))
        rows = []
        for indicator in self.reading.standard.indicators:
            found = definitions.definition(indicator, self.language)
            rows.append((indicator.name.in_language(self.language), found.explained, found.condition, found.formula))
        self.table(heads, rows, (4, 5.5, 3.5, 4))
