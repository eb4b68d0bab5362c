"""The application `improvement_evidence`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvidenceConfig(AppConfig):
    """What shows that something is so."""

    name = "qualityloop.improvement.evidence"
    label = "improvement_evidence"
    verbose_name = _("Evidence")

    def ready(self) -> None:
        """Declare what files are handed in for."""
        from qualityloop.improvement.evidence import files  # noqa: F401 (declares its purpose)
