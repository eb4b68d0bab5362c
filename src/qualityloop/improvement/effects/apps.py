"""The application `improvement_effects`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EffectsConfig(AppConfig):
    """Evaluations of effects and what becomes the standard of them."""

    name = "qualityloop.improvement.effects"
    label = "improvement_effects"
    verbose_name = _("Effects of improvements")

    def ready(self) -> None:
        """Prove effects to problems, stand on their pages and in the navigation; jobs and operations of the API."""
        from qualityloop.improvement.effects import api, jobs, navigation, panels, standardising  # noqa: F401
        from qualityloop.improvement.effects.queries import proves
        from qualityloop.improvement.effects.waiting import connect as fill_the_loop
        from qualityloop.improvement.problems.moves import register_proof

        register_proof(proves)
        navigation.connect()
        panels.connect()
        standardising.connect()
        fill_the_loop()
