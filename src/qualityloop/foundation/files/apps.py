"""The application `files`."""

from __future__ import annotations

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Files of records: kept once by their content, served to who may see the record."""

    name = "qualityloop.foundation.files"
    label = "files"

    def ready(self) -> None:
        """Register the room's operations."""
        from qualityloop.foundation.files import api  # noqa: F401 (registers its operations)
