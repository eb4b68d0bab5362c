"""The application `listing`."""

from __future__ import annotations

from django.apps import AppConfig


class ListingConfig(AppConfig):
    """Lists, and the views of them that people keep."""

    name = "qualityloop.foundation.listing"
    label = "listing"
