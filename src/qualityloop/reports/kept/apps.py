"""The application `reports_kept`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KeptConfig(AppConfig):
    """Diagnosis reports that are kept."""

    name = "qualityloop.reports.kept"
    label = "reports_kept"
    verbose_name = _("Diagnosis reports")

    def ready(self) -> None:
        """Declare jobs, files and operations, and stand in the navigation."""
        from qualityloop.foundation.navigation import Entry, register
        from qualityloop.reports.kept import api, events, files, jobs  # noqa: F401 (they register what they declare)
        from qualityloop.reports.kept.permissions import SEE

        pages = frozenset(f"reports_kept:{name}" for name in ("reports", "report", "new"))
        register(Entry(_("Diagnosis reports"), "reports_kept:reports", "file-text", SEE, pages, "diagnose", order=8))
