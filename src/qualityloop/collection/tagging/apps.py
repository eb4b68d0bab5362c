"""The application `tagging`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TaggingConfig(AppConfig):
    """Tags of key problems: rules, hand, learned suggestions."""

    name = "qualityloop.collection.tagging"
    label = "tagging"
    verbose_name = _("Tagging")

    def ready(self) -> None:
        """Declare the jobs and the API, listen to the lake, stand on the record pages and in the navigation."""
        from qualityloop.collection.tagging import api, api_records, jobs, panel  # noqa: F401 (they register themselves)
        from qualityloop.collection.tagging.permissions import TAG, TAGS
        from qualityloop.foundation.lake.signals import refreshed
        from qualityloop.foundation.navigation import Entry, register

        panel.connect()
        refreshed.connect(jobs.lake_refreshed, dispatch_uid="tagging.apply")
        names = ("tags", "tag_new", "tag_edit", "rule_new", "rule", "statistics", "tagged")
        pages = frozenset(f"tagging:{name}" for name in names)
        register(Entry(_("Key problem tags"), "tagging:tags", "flag", TAGS, pages, stage="collect", order=50))
        pages = frozenset({"tagging:suggestions"})
        register(Entry(_("Tag suggestions"), "tagging:suggestions", "bulb", TAG, pages, stage="collect", order=51))
