"""The application `lake`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LakeConfig(AppConfig):
    """Brings what the rooms publish from the database into the lake."""

    name = "qualityloop.foundation.lake"
    label = "lake"

    def ready(self) -> None:
        """Declare the jobs, and put the page into the navigation."""
        from qualityloop.foundation.lake import api, jobs  # noqa: F401 (register what they declare)
        from qualityloop.foundation.lake.permissions import DATA
        from qualityloop.foundation.navigation import Entry, register

        register(
            Entry(_("Data refresh"), "lake:data", "refresh", DATA, frozenset({"lake:data"}), stage="collect", order=90)
        )
