"""The application `collection`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectionConfig(AppConfig):
    """How records come in: sources, imports, cleaning, tagging."""

    name = "qualityloop.collection"
    label = "collection"

    def ready(self) -> None:
        """Register pages, jobs, purposes of files and the fact tables that are held here."""
        from qualityloop.collection import api, files, holding, jobs  # noqa: F401 (they register themselves)
        from qualityloop.collection.permissions import IMPORT, SOURCES
        from qualityloop.collection.sources import registry
        from qualityloop.foundation.navigation import Entry, register

        holding.connect()
        registry.connect()
        names = ("imports", "import_list", "run", "reject", "rejects")
        pages = frozenset(f"collection:{name}" for name in names)
        register(Entry(_("Import"), "collection:imports", "upload", IMPORT, pages, stage="collect", order=20))
        pages = frozenset(
            {
                "collection:sources",
                "collection:source",
                "collection:source_new",
                "collection:source_edit",
                "collection:mails",
                "collection:mail",
            }
        )
        register(Entry(_("Data sources"), "collection:sources", "inbox", SOURCES, pages, stage="collect", order=30))
