"""Operations on diagnosis reports; the list is served by itself."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import BaseModel, Field

from qualityloop.foundation.api import Strict, allows, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.wording import shown
from qualityloop.reports.kept import permissions, services
from qualityloop.reports.kept.models import DiagnosisReport
from qualityloop.reports.kept.queries import reports_for

reports = Router(tags=[spoken(_("Diagnosis reports"))])


class FileAnswer(BaseModel):
    """A report in one form."""

    form: str
    size: int
    sha256: str
    url: str


class ComparisonAnswer(BaseModel):
    """What came of computing a report again."""

    at: str
    compared: int = Field(description=spoken(_("numbers compared")))
    different: int = Field(description=spoken(_("different numbers")))
    examples: list[dict[str, Any]]
    program: str


class ReportAnswer(BaseModel):
    """A report with its files and comparisons."""

    id: int
    number: str
    state: str
    grain: str
    period: str
    start: str
    end: str
    standard: str
    version: str
    snapshot: str
    language: str
    numbers_sha256: str
    problems: int | None
    said: str
    asked_at: str
    made_at: str | None
    files: list[FileAnswer]
    comparisons: list[ComparisonAnswer]


class Asking(Strict):
    """Which report is wanted."""

    grain: Literal["week", "month", "quarter", "year"] = "month"
    period: date | None = Field(None, description=spoken(_("Any day of it; empty: the newest whole one")))
    standard: str = Field("", max_length=100, description=spoken(_("Key of the standard; empty: the usual one")))
    language: Literal["zh", "en"] = "zh"


def _found(request: HttpRequest, pk: int) -> DiagnosisReport:
    one = reports_for(request.user).filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _answer(one: DiagnosisReport) -> dict[str, Any]:
    files = [
        {"form": f.form, "size": f.file.size, "sha256": f.sha256, "url": f.url}
        for f in one.files.select_related("file")
    ]
    comparisons = [
        {"at": c.at.isoformat(), "compared": c.compared, "different": c.different, "examples": c.examples,
         "program": c.program}
        for c in one.comparisons.all()[:20]
    ]  # fmt: skip
    return {
        "id": one.pk, "number": one.number, "state": one.state, "grain": one.grain, "period": one.period.isoformat(),
        "start": one.start.isoformat(), "end": one.end.isoformat(), "standard": one.standard_key,
        "version": one.standard_version, "snapshot": one.snapshot, "language": one.language,
        "numbers_sha256": one.numbers_sha256, "problems": one.problems, "said": shown(one.said_kept),
        "asked_at": one.asked_at.isoformat(), "made_at": one.made_at.isoformat() if one.made_at else None,
        "files": files, "comparisons": comparisons,
    }  # fmt: skip


@reports.post(
    "",
    response=ReportAnswer,
    operation_id="reports_make",
    **allows(
        permissions.MAKE,
        _("Have a diagnosis report made"),
        _("It is made in the background; the same question about the same records gives the same report."),
    ),
)
def report_make(request: HttpRequest, asking: Asking) -> dict[str, Any]:
    """It is made in the background; the same question about the same records gives the same report."""
    one = services.report_ask(
        actor=request.user, grain=asking.grain, period=asking.period.isoformat() if asking.period else "",
        standard=asking.standard, language=asking.language, address=address_of(request),
    )  # fmt: skip
    return _answer(one)


@reports.get(
    "/{pk}",
    response=ReportAnswer,
    operation_id="reports_one",
    **allows(permissions.SEE, _("One diagnosis report"), _("With its files and what came of comparing it.")),
)
def report_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """With its files and what came of comparing it."""
    return _answer(_found(request, pk))


@reports.post(
    "/{pk}/compare",
    response=ReportAnswer,
    operation_id="reports_compare",
    **allows(
        permissions.MAKE,
        _("Make a diagnosis report again and compare"),
        _("All numbers are computed again from the kept records, in the background, and compared one by one."),
    ),
)
def report_compare(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """All numbers are computed again from the kept records, in the background, and compared one by one."""
    one = _found(request, pk)
    services.report_compare(actor=request.user, report=one)
    return _answer(one)


register_router("reports", reports)
