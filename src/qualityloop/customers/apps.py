"""The application `customers`."""

from __future__ import annotations

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Customers, their contacts and tiers."""

    name = "qualityloop.customers"
    label = "customers"
