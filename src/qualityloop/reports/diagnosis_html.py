"""The diagnosis report (质量现状诊断报告) as one offline page: how it stands, the three worst problems, their proof."""

from __future__ import annotations

from qualityloop import __version__
from qualityloop.analysis.diagnose import Diagnosis
from qualityloop.analysis.messages import message
from qualityloop.reports.diagnosis import complaints, definitions, groups, headline, problems, trends
from qualityloop.reports.diagnosis.reading import Reading
from qualityloop.reports.markup import Html, joined, tag
from qualityloop.reports.page import Page, day_text


def render(diagnosis: Diagnosis, *, language: str) -> bytes:
    """One HTML file in `language` ("zh" or "en"). AnalysisError where the front end was not built."""
    return laid_out(Page(language), diagnosis)


def laid_out(page: Page, diagnosis: Diagnosis) -> bytes:
    """All sections on `page`, rendered as it renders."""
    language = page.language
    reading = Reading(diagnosis, language)
    headline.tiles(page, reading)
    problems.section(page, reading)
    trends.section(page, reading)
    complaints.section(page, reading)
    groups.section(page, reading)
    definitions.not_computed(page, reading)
    definitions.section(page, reading)
    headline.read(page, reading)
    period = f"{day_text(diagnosis.start)} – {day_text(diagnosis.end)}"
    return page.render(
        title=page.say(message("Service quality diagnosis report")),
        subtitle=f"{reading.standard.name.in_language(language)} · {period}",
        opening=headline.summary(page, reading),
        foot=_foot(page, reading),
    )


def _foot(page: Page, reading: Reading) -> Html:
    lines = [
        message(
            "Standard {key}, version {version} · snapshot {snapshot} · QualityLoop {program}",
            key=reading.standard.key,
            version=reading.standard.version,
            snapshot=reading.diagnosis.snapshot,
            program=__version__,
        ),
        message(
            "Intervals cover the true value in 95 of 100 cases. "
            "A signal lies outside the control limits made of the earlier periods."
        ),
    ]
    return joined(tag("p", page.say(line)) for line in lines)
