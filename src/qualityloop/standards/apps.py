"""The application `standards`."""

from __future__ import annotations

from django.apps import AppConfig


class StandardsConfig(AppConfig):
    """What good service is: indicators, score sheets, process maps, SOPs, SLA policies, the handbook."""

    name = "qualityloop.standards"
    label = "standards"
