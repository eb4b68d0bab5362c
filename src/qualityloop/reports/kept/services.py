"""Asking for a report, keeping what was made, and noting that it could be made again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from qualityloop import __version__
from qualityloop.analysis.diagnose import Diagnosis
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.analysis.problems.wording import period_label
from qualityloop.diagnosis.choices import Choice, choose
from qualityloop.diagnosis.courses import courses
from qualityloop.diagnosis.store import standard_hash
from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.foundation.files.store import file_keep
from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.lake import current_lake
from qualityloop.foundation.lake.pinning import pin
from qualityloop.foundation.models import User
from qualityloop.foundation.notices import notify
from qualityloop.foundation.records.numbering import next_number
from qualityloop.foundation.wording import kept
from qualityloop.reports.kept import actions, events
from qualityloop.reports.kept.files import PURPOSE
from qualityloop.reports.kept.models import Comparison, DiagnosisReport, Grain, ReportFile, State
from qualityloop.reports.kept.numbers import Difference, encoded, numbers_of
from qualityloop.reports.kept.permissions import MAKE

PREFIX = "ZD"
MAKE_JOB, COMPARE_JOB = "reports.diagnosis", "reports.diagnosis_compare"
FIELDS = ("state", "grain", "period", "standard_key", "standard_version", "snapshot", "language", "numbers_sha256")
EXAMPLES = 50  # different numbers that are kept of a comparison


def choices_of(lake: Lake, asked: Mapping[str, str]) -> Choice:
    """What a report may be about. AnalysisError where there are no rows, or what was asked for is not there."""
    choice = choose(asked, lake, courses(Path(settings.QUALITYLOOP_HOME)), settings.QUALITYLOOP_STANDARD)
    if choice is None:
        raise AnalysisError(message("there are no records yet that a report could be made of"))
    if choice.notes:
        raise AnalysisError(choice.notes[0])
    return choice


def report_ask(
    *, actor: object, grain: str, period: str = "", standard: str = "", language: str, scheduled: bool = False,
    address: str = "",
) -> DiagnosisReport:  # fmt: skip
    """The report on a period (empty: the newest whole one), made in the background; the same question, the same report.

    AnalysisError where there are no records, or no such period or standard.
    """
    lake = current_lake()
    if lake is None:
        raise AnalysisError(message("there are no records yet that a report could be made of"))
    if grain not in Grain.values:
        raise AnalysisError(message("There is no “{text}” to choose; the usual choice is shown.", text=grain[:40]))
    choice = choices_of(lake, {"grain": grain, "period": period, "standard": standard})
    pin(lake)
    with transaction.atomic():
        report = _asked(actor, choice, lake, language, scheduled=scheduled, address=address)
        return report_resume(actor=actor, report=report)


def report_resume(*, actor: object, report: DiagnosisReport) -> DiagnosisReport:
    """Have a report made that is not made yet and that no job is at work on."""
    if report.state == State.ASKED and not _live(report):
        with transaction.atomic():
            report.run = enqueue(MAKE_JOB, actor=_person(actor), once=f"report-{report.pk}", report_id=report.pk).pk
            report.save(update_fields=["run"])
    return report


def _person(actor: object) -> User | None:
    return actor if isinstance(actor, User) else None


def _live(report: DiagnosisReport) -> bool:
    return JobRun.objects.filter(pk=report.run, state__in=("queued", "running")).exists()


def _asked(
    actor: object, choice: Choice, lake: Lake, language: str, *, scheduled: bool, address: str
) -> DiagnosisReport:
    """The report of this question; made a record of where there is none."""
    question = {
        "grain": choice.grain, "period": choice.period, "standard_key": choice.standard.key,
        "standard_hash": standard_hash(choice.standard), "snapshot": lake.snapshot, "language": language[:2],
    }  # fmt: skip
    known = DiagnosisReport.objects.filter(**question).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            report = DiagnosisReport.objects.create(
                **question, number=next_number(DiagnosisReport, PREFIX), start=choice.window_start, end=choice.end,
                standard_version=choice.standard.version, standard_name_kept=kept(choice.standard.name),
                scheduled=scheduled, asked_by=_person(actor),
            )  # fmt: skip
    except IntegrityError:  # somebody asked the same at the same moment
        return DiagnosisReport.objects.get(**question)
    record(
        actor=actor, action=actions.ASKED, record=report, before=None, after=values_of(report, *FIELDS),
        address=address,
    )  # fmt: skip
    return report


def report_keep(
    *, actor: object, report: DiagnosisReport, found: Diagnosis, bodies: Mapping[str, bytes], left_out: str = ""
) -> DiagnosisReport:
    """Keep what was made of a report, once: who comes second changes nothing."""
    with transaction.atomic():
        one = DiagnosisReport.objects.select_for_update().get(pk=report.pk)
        if one.state == State.MADE:
            return one
        before = values_of(one, *FIELDS)
        numbers = encoded(numbers_of(found))
        for form, body in {**bodies, "json": numbers}.items():
            stored = file_keep(body, name=f"{file_name(one)}.{form}", purpose=PURPOSE, actor=_person(actor))
            ReportFile.objects.create(report=one, form=form, file=stored, sha256=stored.sha256)
            if form == "json":
                one.numbers_sha256 = stored.sha256
        first = sorted(found.problems, key=lambda problem: problem.rank)[:1]
        one.state, one.made_at, one.program = State.MADE, timezone.now(), __version__
        one.problems, one.left_out_kept = len(found.problems), left_out
        one.said_kept = kept(first[0].sentence) if first else ""
        one.save()
        record(actor=actor, action=actions.MADE, record=one, before=before, after=values_of(one, *FIELDS))
        events.announce_ready(one)
        notify(
            to=_readers(one), kind=events.NOTICE,
            subject=message("The diagnosis report {number} is ready", number=one.number),
            text=first[0].sentence if first else "", url=one.get_absolute_url(), once=f"report-{one.pk}",
        )  # fmt: skip
    return one


def _readers(report: DiagnosisReport) -> list[User]:
    """Who asked for it; of one made on schedule, everybody who may have reports made."""
    if report.asked_by is not None:
        return [report.asked_by]
    return list(User.objects.filter(is_active=True, role__in=MAKE.roles))


def file_name(report: DiagnosisReport) -> str:
    """Name of its files, without the ending."""
    with translation.override("zh-hans" if report.language == "zh" else "en"):
        title = str(_("Service quality diagnosis report"))
    period = period_label(report.period, report.grain, report.language)  # type: ignore[arg-type]  # one of its choices
    return f"{title} {period} {report.number}"


def report_compare(*, actor: object, report: DiagnosisReport) -> JobRun:
    """Have a report computed again from its rows and compared. AnalysisError where it is not made yet."""
    if report.state != State.MADE:
        raise AnalysisError(message("the report is still being made"))
    run: JobRun = enqueue(COMPARE_JOB, actor=_person(actor), once=f"report-compare-{report.pk}", report_id=report.pk)
    return run


def comparison_keep(
    *, actor: object, report: DiagnosisReport, run: int, compared: int, different: list[Difference]
) -> Comparison:
    """Note the outcome of a comparison, once for each run."""
    with transaction.atomic():
        known = Comparison.objects.filter(run=run).first()
        if known is not None:
            return known
        examples = [{"where": d.where, "before": d.before, "after": d.after} for d in different[:EXAMPLES]]
        made = Comparison.objects.create(
            report=report, actor=_person(actor), run=run, compared=compared,
            different=len(different), examples=examples, program=__version__,
        )  # fmt: skip
        after: dict[str, Any] = {"compared": compared, "different": len(different)}
        record(actor=actor, action=actions.COMPARED, record=report, before=None, after=after)
    return made
