"""The application `care`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CareConfig(AppConfig):
    """Backup, restore, state of the system, daily export of the end of the audit log."""

    name = "qualityloop.foundation.care"
    label = "care"

    def ready(self) -> None:
        """Declare the jobs, and put the page into the navigation."""
        from qualityloop.foundation.care import api, jobs  # noqa: F401 (register what they declare)
        from qualityloop.foundation.care.permissions import STATE
        from qualityloop.foundation.navigation import SYSTEM, Entry, register

        register(
            Entry(
                _("State of the system"),
                "care:state",
                "stethoscope",
                STATE,
                frozenset({"care:state"}),
                SYSTEM,
                order=70,
            )
        )
