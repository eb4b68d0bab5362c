"""The application `lake`."""

from __future__ import annotations

from django.apps import AppConfig


class LakeConfig(AppConfig):
    """Brings what the rooms publish from the database into the lake."""

    name = "qualityloop.foundation.lake"
    label = "lake"
