"""Operations on the weekly review and the monthly monitoring reports: what their pages show, the same numbers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.analysis.indicators.evaluate.periods import period_of
from qualityloop.diagnosis.permissions import INDICATORS
from qualityloop.diagnosis.warnings import monitoring, permissions
from qualityloop.diagnosis.warnings.models import EarlyWarning, MonthReport, WeekReview
from qualityloop.diagnosis.warnings.queries import open_warnings
from qualityloop.foundation.api import ApiError, Day, Strict, allows, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.lake import current_lake
from qualityloop.foundation.wording import language

router = Router(tags=[spoken(_("Monitoring"))])
FIRST, LAST = date(1990, 1, 1), date(2200, 12, 31)


class ReviewWarning(BaseModel):
    """A warning of the week."""

    id: int
    number: str
    name: str
    said: str
    severity: str
    state: str
    until: date


class WeekReviewAnswer(BaseModel):
    """The weekly review: what signalled, what is open, notes and decisions."""

    week: date = Field(description=spoken(_("Monday")))
    week_end: date
    signalled: list[ReviewWarning] = Field(description=spoken(_("What was seen in the week, the most serious first")))
    open: list[ReviewWarning] = Field(description=spoken(_("What is open now")))
    notes: str
    decisions: str
    decided_by: str | None
    at: datetime | None


class WeekAsked(Strict):
    """Which week."""

    week: Day | None = Field(None, ge=FIRST, le=LAST, description=spoken(_("A day of it; this week where left out")))


class WeekReviewed(Strict):
    """What the week's meeting notes and decides."""

    week: Day = Field(ge=FIRST, le=LAST, description=spoken(_("A day of the week")))
    notes: str = Field("", max_length=10_000)
    decisions: str = Field("", max_length=10_000)


class MonthAsked(Strict):
    """Which month."""

    month: Day | None = Field(
        None, ge=FIRST, le=LAST, description=spoken(_("A day of it; the newest whole month where left out"))
    )


class MonthLine(BaseModel):
    """One indicator in the month, as the report keeps it."""

    key: str
    name: str
    dimension: str
    unit: str
    better: str
    owner: str
    value: float | None
    n: int
    low: float | None
    high: float | None
    status: str | None
    baseline: float | None
    target: float | None
    warning: float | None
    previous: float | None
    year_ago: float | None
    signal: int | None
    lower_limit: float | None
    upper_limit: float | None


class MonthWarning(BaseModel):
    """A warning of the month, as it stood when the report was made."""

    id: int
    number: str
    name: str
    said: str
    severity: str
    state: str


class MonthReportBrief(BaseModel):
    """A kept report."""

    id: int
    month: date
    made_at: datetime
    snapshot: str
    standard: str
    version: str
    met: int = Field(description=spoken(_("Indicators on target")))
    rated: int = Field(description=spoken(_("Indicators with a status")))


class MonthReportAnswer(MonthReportBrief):
    """A report as it was made; it is never changed."""

    lines: list[MonthLine]
    warnings: list[MonthWarning] = Field(description=spoken(_("Empty for who may not see early warnings")))


@router.get(
    "/review", response=WeekReviewAnswer, operation_id="monitoring_review",
    **allows(permissions.WARNINGS, _("Weekly review"), _("What signalled, what is open, notes and decisions.")),
)  # fmt: skip
def review(request: HttpRequest, query: Query[WeekAsked]) -> dict[str, Any]:
    """What signalled, what is open, notes and decisions."""
    return _review(request, period_of(query.week or timezone.localdate(), "week"))


@router.put(
    "/review", response=WeekReviewAnswer, operation_id="monitoring_review_save",
    **allows(permissions.WORK, _("Keep the weekly review"), _("Who keeps it has decided.")),
)  # fmt: skip
def review_save(request: HttpRequest, review: WeekReviewed) -> dict[str, Any]:
    """Who keeps it has decided."""
    week = period_of(review.week, "week")
    values = {"notes": review.notes, "decisions": review.decisions}
    monitoring.review_save(actor=request.user, week=week, values=values, address=address_of(request))
    return _review(request, week)


@router.get(
    "/reports", response=list[MonthReportBrief], operation_id="monitoring_reports",
    **allows(INDICATORS, _("Monitoring reports"), _("The newest first.")),
)  # fmt: skip
def reports(request: HttpRequest) -> list[dict[str, Any]]:
    """The newest first."""
    return [_brief(one) for one in MonthReport.objects.defer("content")[:120]]


@router.post(
    "/reports", response={200: MonthReportAnswer, 201: MonthReportAnswer}, operation_id="monitoring_report_make",
    **allows(
        permissions.RULES, _("Make the monitoring report of a month"),
        _("Of one that the data cover to its end. One that is there is answered as it was made."),
    ),
)  # fmt: skip
def report_make(request: HttpRequest, asked: MonthAsked) -> Status[dict[str, Any]]:
    """Of one that the data cover to its end. One that is there is answered as it was made."""
    lake = current_lake()
    month = period_of(asked.month, "month") if asked.month else monitoring.newest_month(lake) if lake else None
    known = MonthReport.objects.filter(month=month).first() if month else None
    if known is not None:
        return Status(200, _report(request, known))
    made = None
    if lake is not None and month is not None:
        made = monitoring.month_report_make(actor=request.user, lake=lake, month=month, address=address_of(request))
    if made is None:
        raise ApiError(409, "not_covered", gettext("The data do not cover this month to its end."))
    return Status(201, _report(request, made))


@router.get(
    "/reports/{pk}", response=MonthReportAnswer, operation_id="monitoring_report",
    **allows(INDICATORS, _("One monitoring report"), _("As it was made.")),
)  # fmt: skip
def report(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """As it was made."""
    found = MonthReport.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return _report(request, found)


def _review(request: HttpRequest, week: date) -> dict[str, Any]:
    kept = WeekReview.objects.select_related("decided_by").filter(week=week).first()
    seen = [_warning(s.warning, s.sentence, s.severity, s.until) for s in monitoring.signalled_in(request.user, week)]
    return {
        "week": week, "week_end": week + timedelta(days=6), "signalled": seen,
        "open": [_warning(w, w.sentence(), w.severity, w.until) for w in open_warnings(request.user)],
        "notes": kept.notes if kept else "", "decisions": kept.decisions if kept else "",
        "decided_by": str(kept.decided_by) if kept and kept.decided_by else None, "at": kept.at if kept else None,
    }  # fmt: skip


def _warning(one: EarlyWarning, said: str, severity: str, until: date) -> dict[str, Any]:
    return {
        "id": one.pk, "number": one.number, "name": one.name(), "said": said, "severity": severity,
        "state": one.state, "until": until,
    }  # fmt: skip


def _brief(one: MonthReport) -> dict[str, Any]:
    names = ("month", "made_at", "snapshot", "standard", "version", "met", "rated")
    return {"id": one.pk, **{name: getattr(one, name) for name in names}}


def _report(request: HttpRequest, one: MonthReport) -> dict[str, Any]:
    words = language()
    lines = [{**line, "name": line[words] or line["zh"], "dimension": line[f"dimension_{words}"]}
             for line in one.content["lines"]]  # fmt: skip
    shown = one.content["warnings"] if permissions.WARNINGS.allows(request.user) else []
    warnings = [{**w, "name": w[words], "said": w[f"said_{words}"]} for w in shown]
    return {**_brief(one), "lines": lines, "warnings": warnings}


register_router("monitoring", router)
