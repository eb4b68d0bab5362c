"""The application `webhooks`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebhooksConfig(AppConfig):
    """Telling other systems: signed, retried, logged."""

    name = "qualityloop.foundation.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        """Declare the jobs, and put the pages into the navigation."""
        from qualityloop.foundation.navigation import SYSTEM, Entry, register
        from qualityloop.foundation.webhooks import api, jobs  # noqa: F401
        from qualityloop.foundation.webhooks.permissions import WEBHOOKS

        names = ("subscriptions", "new", "subscription", "edit", "calls", "call")
        pages = frozenset(f"webhooks:{name}" for name in names)
        register(Entry(_("Webhooks"), "webhooks:subscriptions", "webhook", WEBHOOKS, pages, SYSTEM, order=88))
