"""The application `people`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Departments and the staff who work in them."""

    name = "qualityloop.people"
    label = "people"
    verbose_name = _("People")
