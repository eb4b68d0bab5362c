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
        from qualityloop.foundation.access import api  # noqa: F401 (registers its operations)
        from qualityloop.foundation.access.permissions import ACCOUNTS, ROLES
        from qualityloop.foundation.audit import sessions
        from qualityloop.foundation.audit.permissions import AUDIT
        from qualityloop.foundation.navigation import SYSTEM, Entry, register
        from qualityloop.foundation.signin import (
            factors,
            jobs,  # noqa: F401 (declares them)
            lockout,
        )
        from qualityloop.foundation.signin import sessions as signin_sessions

        for part in (sessions, lockout, signin_sessions, factors):
            part.connect()
        pages = frozenset({"foundation:audit"})
        register(Entry(_("Audit log"), "foundation:audit", "history", AUDIT, pages, SYSTEM, order=90))
        pages = frozenset({"foundation:accounts", "foundation:account_new", "foundation:account_page"})
        register(Entry(_("Accounts"), "foundation:accounts", "key", ACCOUNTS, pages, SYSTEM, order=81))
        pages = frozenset({"foundation:roles", "foundation:role", "foundation:role_new"})
        register(Entry(_("Roles and permissions"), "foundation:roles", "shield-check", ROLES, pages, SYSTEM, order=82))
