"""The application `feedback_negatives`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NegativesConfig(AppConfig):
    """Reviews and comments that are negative, found by machine and judged by people."""

    name = "qualityloop.feedback.negatives"
    label = "feedback_negatives"
    verbose_name = _("Negative feedback")

    def ready(self) -> None:
        """Declare jobs and operations, stand in the navigation."""
        from qualityloop.feedback.negatives import api, jobs  # noqa: F401 (they register what they declare)
        from qualityloop.feedback.negatives.permissions import NEGATIVES
        from qualityloop.foundation.navigation import Entry, register

        pages = frozenset(f"feedback_negatives:{name}" for name in ("found", "opinion", "judging", "threshold"))
        register(Entry(_("Negative feedback"), "feedback_negatives:found", "flag", NEGATIVES, pages, "listen", 14))
