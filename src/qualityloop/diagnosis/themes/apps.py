"""The application `diagnosis_themes`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ThemesConfig(AppConfig):
    """Themes of texts, their checked shares; expectation against perception."""

    name = "qualityloop.diagnosis.themes"
    label = "diagnosis_themes"
    verbose_name = _("Themes of problems")

    def ready(self) -> None:
        """Declare jobs and operations, stand in the navigation."""
        from qualityloop.diagnosis.themes import api, api_studies, jobs  # noqa: F401 (they register what they declare)
        from qualityloop.diagnosis.themes.permissions import STUDIES, THEMES
        from qualityloop.foundation.navigation import Entry, register

        names = ("runs", "run", "new", "label", "theme", "themes", "rename", "merge", "split")
        pages = frozenset(f"diagnosis_themes:{name}" for name in names)
        register(Entry(_("Themes of problems"), "diagnosis_themes:runs", "message-2", THEMES, pages, "diagnose", 7))
        pages = frozenset(f"diagnosis_themes:{name}" for name in ("studies", "study", "study_new", "expectation"))
        register(
            Entry(_("Expectation and perception"), "diagnosis_themes:studies", "target", STUDIES, pages, "diagnose", 8)
        )
