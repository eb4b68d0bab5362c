"""The application `improvement_problems`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProblemsConfig(AppConfig):
    """Problems and where they stand on their way."""

    name = "qualityloop.improvement.problems"
    label = "improvement_problems"
    verbose_name = _("Problems and improvements")

    def ready(self) -> None:
        """Stand in the navigation, take evidence."""
        from qualityloop.diagnosis.offers import Offer, register_offer
        from qualityloop.foundation.navigation import Entry, register
        from qualityloop.improvement.problems import (  # noqa: F401 (api registers its operations)
            api,
            api_turning,
            from_expectation,
            from_themes,
            from_voice,
            from_warnings,
            panels,
        )
        from qualityloop.improvement.problems.permissions import PROBLEM_OPEN, PROBLEMS
        from qualityloop.improvement.problems.waiting import connect as fill_the_loop

        panels.connect()
        fill_the_loop()
        from_warnings.connect()
        from_themes.connect()
        from_expectation.connect()
        from_voice.connect()
        register_offer(Offer(_("Turn into an improvement"), "improvement_problems:turn", PROBLEM_OPEN))
        pages = frozenset(f"improvement_problems:{name}" for name in ("problems", "problem", "new", "edit", "close",
                                                                     "reopen"))  # fmt: skip
        pages |= {f"improvement_causes:{name}" for name in ("tree", "node", "lock", "unlock")}
        register(
            Entry(_("Problems"), "improvement_problems:problems", "alert-circle", PROBLEMS, pages, "cause", order=10)
        )
