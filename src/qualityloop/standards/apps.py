"""The application `standards`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StandardsConfig(AppConfig):
    """What good service is: indicators, score sheets, process maps, SOPs, SLA policies, the handbook."""

    name = "qualityloop.standards"
    label = "standards"

    def ready(self) -> None:
        """Make the kinds of documents known, and put them into the navigation."""
        from qualityloop.foundation.audit.presentation import WORDS
        from qualityloop.foundation.navigation import Entry, register
        from qualityloop.standards import documents, permissions, reminders
        from qualityloop.standards.indicators.kind import INDICATORS
        from qualityloop.standards.versions.history import words
        from qualityloop.standards.versions.kinds import entry_pages

        WORDS["standards.document"] = words
        pages = entry_pages(INDICATORS, "edit", "row")
        register(
            Entry(
                _("Evaluation standard"), "standards:indicators", "target", permissions.SEE, pages, "standard", order=1
            )
        )
        documents.navigation()
        reminders.connect()
