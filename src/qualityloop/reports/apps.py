"""The application `reports`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Documents that leave the system."""

    name = "qualityloop.reports"
    label = "reports"

    def ready(self) -> None:
        """Declare jobs and files, and put the handbook into the navigation."""
        from qualityloop.foundation.navigation import Entry, register
        from qualityloop.reports import permissions
        from qualityloop.reports.handbook import api, files, jobs  # noqa: F401 (`api` registers its operations)

        files.declare()
        jobs.declare()
        pages = frozenset({"reports:handbook"})
        register(Entry(_("Handbook"), "reports:handbook", "book", permissions.HANDBOOK, pages, "standard", order=9))
