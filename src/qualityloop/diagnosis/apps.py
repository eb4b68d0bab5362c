"""The application `diagnosis`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiagnosisConfig(AppConfig):
    """The pages that say how good the service is."""

    name = "qualityloop.diagnosis"
    label = "diagnosis"
    verbose_name = _("Diagnosis")

    def ready(self) -> None:
        """Put the pages into the navigation."""
        from qualityloop.diagnosis import permissions
        from qualityloop.foundation.navigation import Entry, register

        register(
            Entry(
                _("Quality overview"),
                "diagnosis:overview",
                "layout-dashboard",
                permissions.OVERVIEW,
                frozenset({"diagnosis:overview"}),
            )
        )
        register(
            Entry(
                _("Indicators"),
                "diagnosis:indicators",
                "chart-line",
                permissions.INDICATORS,
                frozenset({"diagnosis:indicators", "diagnosis:indicator", "diagnosis:rows"}),
                stage="evaluate",
            )
        )
        register(
            Entry(
                _("Process"),
                "diagnosis:process",
                "route",
                permissions.PROCESS,
                frozenset({"diagnosis:process", "diagnosis:cases"}),
                stage="diagnose",
            )
        )
