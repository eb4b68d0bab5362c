"""The application `operations`."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Tickets with their event log, interactions with their messages and recordings."""

    name = "qualityloop.operations"
    label = "operations"

    def ready(self) -> None:
        """Publish the room's fact tables to the lake."""
        from qualityloop.operations import facts

        facts.publish()
