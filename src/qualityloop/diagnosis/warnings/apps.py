"""The application `diagnosis_warnings`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WarningsConfig(AppConfig):
    """Early warnings and the monitoring of key figures."""

    name = "qualityloop.diagnosis.warnings"
    label = "diagnosis_warnings"
    verbose_name = _("Early warning")

    def ready(self) -> None:
        """Declare jobs and operations, listen to the lake, stand in the navigation."""
        from qualityloop.diagnosis.permissions import INDICATORS
        from qualityloop.diagnosis.warnings import api, events, jobs, monitoring_api, rules_api  # noqa: F401 (they register what they declare)
        from qualityloop.diagnosis.warnings.permissions import WARNINGS
        from qualityloop.diagnosis.warnings.presentation import moments
        from qualityloop.diagnosis.warnings.waiting import connect as fill_the_loop
        from qualityloop.foundation.lake.signals import refreshed
        from qualityloop.foundation.navigation import Entry, register
        from qualityloop.foundation.panels import register_moments

        register_moments("diagnosis_warnings.earlywarning", moments)
        fill_the_loop()
        refreshed.connect(jobs.lake_refreshed, dispatch_uid="diagnosis_warnings.evaluate")
        names = ("warnings", "warning", "end", "hand", "rules", "rule", "watch", "watch_new")
        pages = frozenset(f"diagnosis_warnings:{name}" for name in names)
        register(Entry(_("Early warnings"), "diagnosis_warnings:warnings", "bell", WARNINGS, pages, "diagnose", 5))
        pages = frozenset(f"diagnosis_warnings:{name}" for name in ("monitor", "review", "reports", "report"))
        register(Entry(_("Monitoring"), "diagnosis_warnings:monitor", "gauge", INDICATORS, pages, "evaluate", 5))
