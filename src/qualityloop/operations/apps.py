"""The application `operations`."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Tickets with their event log, interactions with their messages and recordings."""

    name = "qualityloop.operations"
    label = "operations"

    def ready(self) -> None:
        """Receive the room's fact tables, and publish them to the lake."""
        from qualityloop.operations import facts
        from qualityloop.operations.receiving import targets

        facts.publish()
        targets.connect()
