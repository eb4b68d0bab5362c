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
        """Put the pages into the navigation, and compute the first ones whenever the lake shows other rows."""
        from qualityloop.diagnosis import api, permissions  # noqa: F401 (api registers its operations)
        from qualityloop.diagnosis.services import lake_refreshed
        from qualityloop.foundation.lake.signals import refreshed
        from qualityloop.foundation.navigation import Entry, register

        refreshed.connect(lake_refreshed, dispatch_uid="diagnosis.first_pages")
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
                frozenset({"diagnosis:process", "diagnosis:compare", "diagnosis:cases"}),
                stage="diagnose",
            )
        )
