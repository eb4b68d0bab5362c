"""The list 诊断报告."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.listing import Button, Choice, Column, Days, Listing, Words
from qualityloop.foundation.listing.columns import Tone
from qualityloop.foundation.wording import shown
from qualityloop.reports.kept.models import DiagnosisReport
from qualityloop.reports.kept.permissions import MAKE, SEE
from qualityloop.reports.kept.queries import reports_for

STATES: dict[str, Tone] = {"asked": "insufficient", "made": "met"}

REPORTS = Listing(
    key="reports_kept.reports",
    of=DiagnosisReport,
    title=_("Diagnosis reports"),
    note=_("Made every month and on demand as page, Word, PDF and Excel; kept so that they can be made again"),
    right=SEE,
    query=reports_for,
    order="-asked_at",
    columns=(
        Column("number", link=True),
        Column("period", sort=True),
        Column("grain", sort=False),
        Column("said", path="said_kept", text=lambda value: shown(str(value)), sort=False),
        Column("problems", sort=True),
        Column("standard", path="standard_name_kept", label=_("standard"), text=lambda v: shown(str(v)), sort=False),
        Column("standard_version", sort=False),
        Column("state", tone=STATES, sort=False),
        Column("asked_by", path="asked_by__name", label=_("asked for by"), sort=False),
        Column("asked_at", sort=True),
        Column("made_at", sort=True, shown=False),
        Column("snapshot", sort=False, shown=False),
        Column("numbers_sha256", sort=False, shown=False),
        Column("language", sort=False, shown=False),
    ),
    filters=(
        Words("number"), Choice("grain"), Choice("state"), Choice("language"),
        Days("period", path="period", label=_("period")), Days("asked", path="asked_at", label=_("asked for")),
    ),
    buttons=(Button(_("Make a report"), "reports_kept:new", MAKE, "plus"),),
    empty=_("No report yet. The first is made on the first day of next month, or now by “Make a report”."),
    record=lambda one: one.get_absolute_url(),
    api="reports",
)  # fmt: skip
