"""The application `chats`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChatsConfig(AppConfig):
    """What people answer in work chats."""

    name = "qualityloop.foundation.chats"
    label = "chats"
    verbose_name = _("Work chats")

    def ready(self) -> None:
        """Declare the jobs, and put the pages into the navigation."""
        from qualityloop.foundation.chats import api, hearing  # noqa: F401 (register)
        from qualityloop.foundation.chats.permissions import CHATS
        from qualityloop.foundation.navigation import SYSTEM, Entry, register

        pages = frozenset(f"chats:{name}" for name in ("chats", "new", "chat", "edit"))
        register(Entry(_("Work chats"), "chats:chats", "message-2", CHATS, pages, SYSTEM, order=87))
