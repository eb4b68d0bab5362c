"""Work in the background: rules after each refresh of the lake and by the hour, reminders."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.lake import Lake
from qualityloop.diagnosis.choices import choose
from qualityloop.diagnosis.courses import courses
from qualityloop.diagnosis.warnings.finding import found_now
from qualityloop.diagnosis.warnings.gathering import Source
from qualityloop.diagnosis.warnings.models import EarlyWarning, Watch
from qualityloop.diagnosis.warnings.monitoring import month_report_make, newest_month
from qualityloop.diagnosis.warnings.permissions import RULES
from qualityloop.diagnosis.warnings.queries import rules_on
from qualityloop.diagnosis.warnings.services import findings_keep, remind
from qualityloop.foundation.jobs import Progress, enqueue, job, schedule
from qualityloop.foundation.lake import cache_path, current_lake

EVALUATE, REMIND, REPORT = "warnings.evaluate", "warnings.remind", "warnings.report"
MEMORY_LIMIT = "2GB"


def lake_refreshed(sender: object, **more: object) -> None:
    """New or changed records: see what signals."""
    enqueue(EVALUATE, once=EVALUATE)


def evaluate_lake(lake: Lake, now: datetime) -> list[EarlyWarning]:
    """Look at `lake` by the standard in force; the warnings that are new."""
    choice = choose({}, lake, courses(settings.QUALITYLOOP_HOME), settings.QUALITYLOOP_STANDARD)
    if choice is None:
        return []
    local = now.astimezone(ZoneInfo(lake.zone)).replace(tzinfo=None)
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        source = Source(lake, engine, cache_path() / "values")
        found = found_now(source, choice.standard, rules_on(), Watch.objects.filter(active=True), local)
    return findings_keep(actor=None, found=found, standard=choice.standard, snapshot=lake.snapshot)


@job(EVALUATE, _("Early warning rules evaluated"), right=RULES, quiet=True)
def run_evaluate(progress: Progress) -> None:
    """Evaluate until the lake has not changed meanwhile; a second run finds nothing new."""
    seen = None
    while (lake := current_lake()) is not None and lake.snapshot != seen:
        evaluate_lake(lake, timezone.now())
        seen = lake.snapshot


@job(REMIND, _("Reminders of early warnings"), right=RULES, quiet=True)
def run_remind(progress: Progress) -> None:
    """Tell of warnings whose clock ends soon."""
    remind(now=timezone.now())


@job(REPORT, _("Monthly monitoring report"), right=RULES)
def run_report(progress: Progress) -> None:
    """Make the report of the newest month that the data cover to its end, where there is none yet."""
    lake = current_lake()
    month = newest_month(lake) if lake else None
    if lake is not None and month is not None:
        month_report_make(actor=None, lake=lake, month=month)


schedule(REPORT, cron="30 6 * * *")
schedule(EVALUATE, cron="10 * * * *")
schedule(REMIND, cron="40 * * * *")
