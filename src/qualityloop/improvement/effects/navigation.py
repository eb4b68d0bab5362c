"""Where effects and proposals stand in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.navigation import Entry, register
from qualityloop.improvement.effects import permissions


def connect() -> None:
    """Enter the pages under the stages of the loop, and the loop itself above them."""
    pages = frozenset({"improvement_effects:loop"})
    register(Entry(_("The loop"), "improvement_effects:loop", "loop", permissions.EFFECTS, pages, order=20))
    pages = frozenset(f"improvement_effects:{name}" for name in ("evaluations", "evaluation", "of_problem"))
    register(
        Entry(_("Effects"), "improvement_effects:evaluations", "chart-histogram", permissions.EFFECTS, pages, "verify")
    )
    pages = frozenset(f"improvement_effects:{name}" for name in ("proposals", "proposal", "proposal_edit"))
    register(
        Entry(
            _("Proposals for standards"), "improvement_effects:proposals", "award", permissions.EFFECTS, pages,
            "standardise",
        )
    )  # fmt: skip
