"""Making a report in all its forms, and making its numbers again."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.utils import translation

from qualityloop.analysis.diagnose import Diagnosis
from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.foundation.files.store import file_open
from qualityloop.foundation.jobs import Progress
from qualityloop.foundation.lake import cache_path
from qualityloop.foundation.wording import kept
from qualityloop.reports.handbook.pdf import missing
from qualityloop.reports.kept.computing import computed
from qualityloop.reports.kept.models import DiagnosisReport, State
from qualityloop.reports.kept.numbers import Numbers, compared, numbers_of
from qualityloop.reports.kept.services import comparison_keep, report_keep

FORMS = ("docx", "pdf", "xlsx", "html")


def renderer(form: str) -> Callable[..., bytes]:
    """What makes a report in `form`; loaded only where it is needed."""
    from qualityloop.reports import diagnosis_html, diagnosis_pdf, diagnosis_word, diagnosis_xlsx

    return {
        "docx": diagnosis_word.render,
        "pdf": diagnosis_pdf.render,
        "xlsx": diagnosis_xlsx.render,
        "html": diagnosis_html.render,
    }[form]


def make(progress: Progress, *, report_id: int) -> None:
    """Compute a report and keep its files; one that is made is left as it is."""
    report = DiagnosisReport.objects.get(pk=report_id)
    if report.state == State.MADE:
        return
    steps = len(FORMS) + 1
    progress(0, steps, message("Computing the numbers"))
    found = computed(report, cache=cache_path() / "values")
    reason = missing()
    bodies = {}
    for done, form in enumerate(FORMS, start=1):
        progress(done, steps, message("Laying out"))
        if form != "pdf" or reason is None:
            bodies[form] = laid_out(found, form, report.language)
    report_keep(
        actor=progress.run.actor, report=report, found=found, bodies=bodies, left_out=kept(reason) if reason else ""
    )
    progress(steps, steps)


def laid_out(found: Diagnosis, form: str, language: str) -> bytes:
    """A report in one form and language."""
    with translation.override("zh-hans" if language == "zh" else "en"):
        return renderer(form)(found, language=language)


def compare(progress: Progress, *, report_id: int) -> None:
    """Compute a report again, from the rows and without what was kept of earlier computations, and compare."""
    report = DiagnosisReport.objects.get(pk=report_id)
    progress(0, 2, message("Computing the numbers"))
    again = json.loads(json.dumps(numbers_of(computed(report, cache=None))))
    progress(1, 2, message("Comparing"))
    total, different = compared(numbers_kept(report), again)
    comparison_keep(actor=progress.run.actor, report=report, run=progress.run.pk, compared=total, different=different)
    progress(2, 2)


def numbers_kept(report: DiagnosisReport) -> Numbers:
    """The numbers of a report as they were kept. AnalysisError where they are gone."""
    one = report.files.select_related("file").filter(form="json").first()
    if one is None:
        raise AnalysisError(message("the numbers of this report are missing"))
    with file_open(one.file) as file:
        numbers: Numbers = json.load(file)
    return numbers
