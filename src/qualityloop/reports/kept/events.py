"""What people and other systems are told about diagnosis reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.notices import notice_kind
from qualityloop.foundation.webhooks import announce, event
from qualityloop.reports.kept.permissions import SEE

if TYPE_CHECKING:
    from qualityloop.reports.kept.models import DiagnosisReport

READY = event("report.ready", _("Diagnosis report ready"))
NOTICE = notice_kind("report.ready", _("A diagnosis report is ready"), transports=("page", "email"), right=SEE)


def announce_ready(report: DiagnosisReport) -> None:
    """Tell the systems that listen, in the caller's transaction."""
    files = [{"form": one.form, "sha256": one.sha256, "url": one.url} for one in report.files.select_related("file")]
    announce(
        READY.key,
        {
            "id": report.pk, "number": report.number, "url": report.get_absolute_url(), "grain": report.grain,
            "period": report.period.isoformat(), "standard": report.standard_key, "version": report.standard_version,
            "snapshot": report.snapshot, "language": report.language, "numbers_sha256": report.numbers_sha256,
            "files": files,
        },
    )  # fmt: skip
