"""The application `customers`."""

from __future__ import annotations

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Customers, their contacts and tiers."""

    name = "qualityloop.customers"
    label = "customers"

    def ready(self) -> None:
        """Take part in the undoing of imports."""
        from qualityloop.customers import receiving

        receiving.connect()
