"""The application `improvement_causes`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CausesConfig(AppConfig):
    """Fishbones, whys and locked causes."""

    name = "qualityloop.improvement.causes"
    label = "improvement_causes"
    verbose_name = _("Root causes")
