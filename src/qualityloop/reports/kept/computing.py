"""Computing the diagnosis of a report from the snapshot that was kept for it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from qualityloop.analysis.diagnose import Diagnosis, diagnose
from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.indicators.values import Progress
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.diagnosis.courses import courses
from qualityloop.diagnosis.store import standard_hash
from qualityloop.foundation.lake.pinning import pinned
from qualityloop.reports.kept.models import DiagnosisReport

MEMORY_LIMIT = "2GB"
SPLIT = ("team", "channel", "category")  # of the values in the report's tables, where the rows have them


def snapshot_of(report: DiagnosisReport) -> Lake:
    """The snapshot of a report. AnalysisError where it was not kept."""
    lake = pinned(report.snapshot)
    if lake is None:
        raise AnalysisError(message("the snapshot {snapshot} is not kept any more", snapshot=report.snapshot))
    return lake


def standard_of(report: DiagnosisReport) -> Standard:
    """The standard as it was. AnalysisError where this version reads differently now, or is gone."""
    course = courses(Path(settings.QUALITYLOOP_HOME)).get(report.standard_key)
    for edition in course.editions if course else ():
        if standard_hash(edition.standard) == report.standard_hash:
            return edition.standard
    raise AnalysisError(
        message(
            "version {version} of the standard {key} is not there any more as it was",
            key=report.standard_key,
            version=report.standard_version,
        )
    )


def computed(report: DiagnosisReport, *, cache: Path | None, progress: Progress | None = None) -> Diagnosis:
    """The diagnosis of a report; without a cache every number is computed from the rows."""
    lake, standard = snapshot_of(report), standard_of(report)
    tickets = lake.datasets.get("tickets")
    by = tuple(name for name in SPLIT if tickets is not None and name in tickets.columns)
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        return diagnose(
            lake,
            standard,
            engine=engine,
            start=report.start,
            end=report.end,
            grain=report.grain,  # type: ignore[arg-type]  # its choices are some of them
            by=by,
            cache=cache,
            progress=progress,
        )
