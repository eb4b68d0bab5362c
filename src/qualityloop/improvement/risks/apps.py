"""The application `improvement_risks`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RisksConfig(AppConfig):
    """Quality plans of new service modes and their risks."""

    name = "qualityloop.improvement.risks"
    label = "improvement_risks"
    verbose_name = _("Risks before launch")

    def ready(self) -> None:
        """Stand in the navigation, declare the operations."""
        from qualityloop.foundation.audit.presentation import PARTS, WORDS
        from qualityloop.improvement.evidence.indicators import history_words

        PARTS["improvement_risks.launchplan"] = ("improvement_risks.risk", "improvement_risks.item")
        WORDS["improvement_risks.launchplan"] = history_words
        from qualityloop.foundation.navigation import Entry, register
        from qualityloop.improvement.risks import api, notices  # noqa: F401 (they register what they declare)
        from qualityloop.improvement.risks.permissions import RISKS

        names = ("plans", "plan", "new", "edit", "back", "stop", "goal_new", "ready_new", "risk_new", "item_edit",
                 "risk_edit", "accept")  # fmt: skip
        pages = frozenset(f"improvement_risks:{name}" for name in names)
        register(
            Entry(_("Risks before launch"), "improvement_risks:plans", "shield-check", RISKS, pages, "diagnose", 45)
        )
