"""The application `cleaning`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CleaningConfig(AppConfig):
    """Duplicates, tests and impossible times are set aside."""

    name = "qualityloop.collection.cleaning"
    label = "cleaning"
    verbose_name = _("Cleaning")

    def ready(self) -> None:
        """Declare the jobs and the API, stand on the record pages and in the navigation."""
        from qualityloop.collection.cleaning import api, jobs, panel  # noqa: F401 (they register themselves)
        from qualityloop.collection.cleaning.permissions import CLEANING
        from qualityloop.foundation.navigation import Entry, register

        panel.connect()
        pages = frozenset(f"cleaning:{name}" for name in ("findings", "finding", "rules", "rule"))
        register(Entry(_("Data cleaning"), "cleaning:findings", "filter", CLEANING, pages, stage="collect", order=40))
