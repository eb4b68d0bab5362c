"""The application `notices`."""

from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Telling people: page bell, e-mail, work chats."""

    name = "qualityloop.foundation.notices"
    label = "notices"
