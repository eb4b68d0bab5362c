"""Reports are made in the background: when somebody asks, and on schedule."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.jobs import Progress, job, schedule
from qualityloop.reports.kept.making import compare, make
from qualityloop.reports.kept.permissions import MAKE
from qualityloop.reports.kept.services import COMPARE_JOB, MAKE_JOB, report_ask

MONTHLY, WEEKLY = "reports.diagnosis_monthly", "reports.diagnosis_weekly"

job(MAKE_JOB, _("Making a diagnosis report"), right=MAKE)(make)
job(COMPARE_JOB, _("Making a diagnosis report again and comparing"), right=MAKE)(compare)


@job(MONTHLY, _("Monthly diagnosis report"), right=MAKE)
def run_monthly(progress: Progress) -> None:
    """Have the report on the newest whole month made; without records there is nothing to report."""
    _newest("month")


@job(WEEKLY, _("Weekly diagnosis report"), right=MAKE, quiet=True)
def run_weekly(progress: Progress) -> None:
    """The same for the newest whole week, where the installation wants it."""
    if settings.QUALITYLOOP_WEEKLY_REPORT:
        _newest("week")


def _newest(grain: str) -> None:
    try:
        report_ask(actor=None, grain=grain, language=settings.LANGUAGE_CODE[:2], scheduled=True)
    except AnalysisError:
        return


schedule(MONTHLY, cron="0 6 1 * *")
schedule(WEEKLY, cron="0 6 * * 1")
