"""What looking after an installation does by the clock."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.care.heads import head_export
from qualityloop.foundation.jobs import Progress, job, schedule


@job("care.audit_head", _("Export of the end of the audit log"))
def export_head(progress: Progress) -> None:
    """Once a day; a second time writes the same file anew."""
    head_export()


schedule("care.audit_head", cron="5 0 * * *")
