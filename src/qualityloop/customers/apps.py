"""The application `customers`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    """Customers, their contacts and tiers."""

    name = "qualityloop.customers"
    label = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        """Take part in the undoing of imports, and stand in the navigation."""
        from qualityloop.customers import api, receiving  # noqa: F401 (api registers its operations)
        from qualityloop.customers.permissions import CUSTOMERS
        from qualityloop.foundation.navigation import Entry, register

        receiving.connect()
        pages = {"customer", "customers", "customer_new", "customer_edit", "contact_new", "contact_edit", "tiers",
                 "tier_new", "tier_edit"}  # fmt: skip
        shown = frozenset(f"customers:{page}" for page in pages)
        register(Entry(_("Customers"), "customers:customers", "users", CUSTOMERS, shown, stage="operate", order=30))
