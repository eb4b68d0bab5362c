"""The application `jobs`."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Work that takes longer than a page may wait: queued, repeated after a crash, visible."""

    name = "qualityloop.foundation.jobs"
    label = "jobs"
