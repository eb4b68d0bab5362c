"""The application `standards`."""

from __future__ import annotations

from django.apps import AppConfig


class StandardsConfig(AppConfig):
    """What good service is: indicators, score sheets, process maps, SOPs, SLA policies, the handbook."""

    name = "qualityloop.standards"
    label = "standards"

    def ready(self) -> None:
        """Make the kinds of documents known, and put them into the navigation."""
        from qualityloop.foundation.audit.presentation import WORDS
        from qualityloop.foundation.navigation import Entry, register
        from qualityloop.standards import api, documents, reminders  # noqa: F401 (api registers its operations)
        from qualityloop.standards.calendars import providing
        from qualityloop.standards.calendars.kind import CALENDARS
        from qualityloop.standards.indicators.kind import INDICATORS
        from qualityloop.standards.sla.kind import SLA
        from qualityloop.standards.sops import api as sops_api  # noqa: F401
        from qualityloop.standards.versions.history import words
        from qualityloop.standards.versions.kinds import entry_pages
        from qualityloop.standards.waiting import connect as fill_the_loop

        WORDS["standards.document"] = words
        for place, (kind, more) in enumerate(
            ((INDICATORS, ("edit", "row")), (SLA, ("edit", "due")), (CALENDARS, ("edit",)))
        ):
            pages = entry_pages(kind, *more)
            register(
                Entry(kind.label, f"standards:{kind.key}", kind.icon, kind.see, pages, "standard", order=1 + place)
            )
        documents.navigation()
        providing.connect()
        reminders.connect()
        fill_the_loop()
