"""The application `people`."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Departments and the staff who work in them."""

    name = "qualityloop.people"
    label = "people"
