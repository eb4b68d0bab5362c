"""The application `operations`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """Tickets with their event log, interactions with their messages and recordings."""

    name = "qualityloop.operations"
    label = "operations"
    verbose_name = _("Operations")

    def ready(self) -> None:
        """Receive the room's fact tables, publish them to the lake, stand in the navigation."""
        from qualityloop.foundation.navigation import Entry, register
        from qualityloop.operations import (  # noqa: F401 (some register what they hold)
            api,
            events,
            facts,
            files,
            jobs,
            moments,
            permissions,
        )
        from qualityloop.operations.receiving import targets

        facts.publish()
        targets.connect()
        moments.connect()
        jobs.connect()
        tickets = frozenset(f"operations:{page}" for page in ("tickets", "ticket", "ticket_new", "ticket_edit"))
        talks = frozenset(f"operations:{page}" for page in ("interactions", "interaction"))
        register(
            Entry(_("Tickets"), "operations:tickets", "inbox", permissions.TICKETS, tickets, stage="operate", order=10)
        )
        right = permissions.INTERACTIONS
        register(
            Entry(_("Interactions"), "operations:interactions", "headset", right, talks, stage="operate", order=20)
        )
