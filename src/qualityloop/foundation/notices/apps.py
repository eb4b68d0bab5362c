"""The application `notices`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    """Telling people: page bell, e-mail, work chats."""

    name = "qualityloop.foundation.notices"
    label = "notices"

    def ready(self) -> None:
        """Declare the jobs, and put the list of deliveries into the navigation."""
        from qualityloop.foundation.navigation import SYSTEM, Entry, register
        from qualityloop.foundation.notices import api, jobs  # noqa: F401
        from qualityloop.foundation.notices.permissions import DELIVERIES

        pages = frozenset({"notices:deliveries", "notices:delivery"})
        entry = Entry(
            _("Deliveries of notices"), "notices:deliveries", "message-2", DELIVERIES, pages, SYSTEM, order=86
        )
        register(entry)
