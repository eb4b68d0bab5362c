"""The application `jobs`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Work that takes longer than a page may wait: queued, repeated after a crash, visible."""

    name = "qualityloop.foundation.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Put the page into the navigation."""
        from qualityloop.foundation.jobs import api  # noqa: F401 (registers its operations)
        from qualityloop.foundation.jobs.permissions import JOBS
        from qualityloop.foundation.navigation import SYSTEM, Entry, register

        pages = frozenset({"jobs:runs", "jobs:run"})
        register(Entry(_("Background jobs"), "jobs:runs", "clock", JOBS, pages, SYSTEM, order=84))
