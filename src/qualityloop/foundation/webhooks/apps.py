"""The application `webhooks`."""

from __future__ import annotations

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Telling other systems: signed, retried, logged."""

    name = "qualityloop.foundation.webhooks"
    label = "webhooks"
