"""The application `api`."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API's shell: tokens, throttling, pages, errors."""

    name = "qualityloop.foundation.api"
    label = "api"

    def ready(self) -> None:
        """Register the operations of the foundation."""
        from qualityloop.foundation.api import mine, own  # noqa: F401 (`mine` adds to a router of `own`)
        from qualityloop.foundation.api.registry import register_router

        register_router("me", own.me)
        register_router("views", own.views)
        register_router("audit-log", own.audit)
