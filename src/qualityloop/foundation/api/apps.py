"""The application `api`."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API's shell: tokens, throttling, pages, errors."""

    name = "qualityloop.foundation.api"
    label = "api"
