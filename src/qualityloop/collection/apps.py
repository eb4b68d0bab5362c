"""The application `collection`."""

from __future__ import annotations

from django.apps import AppConfig


class CollectionConfig(AppConfig):
    """How records come in: sources, imports, cleaning, tagging."""

    name = "qualityloop.collection"
    label = "collection"
