"""The application `improvement_causes`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CausesConfig(AppConfig):
    """Fishbones, whys and locked causes."""

    name = "qualityloop.improvement.causes"
    label = "improvement_causes"
    verbose_name = _("Root causes")

    def ready(self) -> None:
        """Stand on the pages of problems and in the navigation."""
        from qualityloop.foundation.navigation import Entry, register
        from qualityloop.improvement.causes import api, api_kinds, panel  # noqa: F401 (api registers its operations)
        from qualityloop.improvement.causes.permissions import CAUSES

        panel.connect()
        names = ("statistics", "kinds", "category", "category_new", "tag", "tag_new")
        pages = frozenset(f"improvement_causes:{name}" for name in names)
        register(
            Entry(_("Root causes counted"), "improvement_causes:statistics", "chart-bar", CAUSES, pages, "cause",
                  order=20)
        )  # fmt: skip
