"""The application `foundation`."""

from __future__ import annotations

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    """Accounts, permissions, navigation, shell."""

    name = "qualityloop.foundation"
    label = "foundation"
