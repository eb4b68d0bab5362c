"""The application `improvement_plans`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlansConfig(AppConfig):
    """Plans, tasks, meetings, checkpoints, reviews."""

    name = "qualityloop.improvement.plans"
    label = "improvement_plans"
    verbose_name = _("Improvement plans")

    def ready(self) -> None:
        """Stand in the navigation and on the page of a problem; reminders and operations of the API."""
        from qualityloop.foundation.audit.presentation import PARTS, WORDS
        from qualityloop.improvement.evidence.indicators import history_words

        PARTS["improvement_plans.plan"] = ("improvement_plans.measure",)
        WORDS["improvement_plans.plan"] = history_words
        from qualityloop.improvement.plans import api, chatting, navigation, panels, reminders, sights  # noqa: F401 (register)
        from qualityloop.improvement.plans.waiting import connect as fill_the_loop

        navigation.connect()
        panels.connect()
        sights.connect()
        chatting.connect()
        fill_the_loop()
