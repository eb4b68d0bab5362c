"""The application `foundation`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FoundationConfig(AppConfig):
    """Accounts, permissions, navigation, shell."""

    name = "qualityloop.foundation"
    label = "foundation"
    verbose_name = _("System")

    def ready(self) -> None:
        """Listen for sign-ins, and put the audit log into the navigation."""
        from qualityloop.foundation.access.permissions import ROLES
        from qualityloop.foundation.audit import sessions
        from qualityloop.foundation.audit.permissions import AUDIT
        from qualityloop.foundation.navigation import SYSTEM, Entry, register

        sessions.connect()
        pages = frozenset({"foundation:audit"})
        register(Entry(_("Audit log"), "foundation:audit", "history", AUDIT, pages, SYSTEM, order=90))
        pages = frozenset({"foundation:roles", "foundation:role", "foundation:role_new"})
        register(Entry(_("Roles and permissions"), "foundation:roles", "shield-check", ROLES, pages, SYSTEM, order=82))
