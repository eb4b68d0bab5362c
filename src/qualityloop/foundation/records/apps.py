"""The application `records`."""

from __future__ import annotations

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What every record that came from somewhere has in common: source, key, batch, time of its last change."""

    name = "qualityloop.foundation.records"
    label = "records"
