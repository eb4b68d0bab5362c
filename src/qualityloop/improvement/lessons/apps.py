"""The application `improvement_lessons`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LessonsConfig(AppConfig):
    """Lessons from closed problems, and the register of continuous improvement."""

    name = "qualityloop.improvement.lessons"
    label = "improvement_lessons"
    verbose_name = _("Lessons")

    def ready(self) -> None:
        """Write a lesson when a problem is closed; stand in the navigation."""
        from qualityloop.foundation.navigation import Entry, register
        from qualityloop.improvement.lessons import api, permissions, services  # noqa: F401 (register)

        services.connect()
        pages = frozenset(f"improvement_lessons:{name}" for name in ("lessons", "lesson", "edit", "share"))
        entry = Entry(_("Lessons"), "improvement_lessons:lessons", "bulb", permissions.LESSONS, pages, "standardise", 5)
        register(entry)
        pages = frozenset({"improvement_lessons:register"})
        register(
            Entry(
                _("Register of continuous improvement"), "improvement_lessons:register", "table", permissions.LESSONS,
                pages, "standardise", order=6,
            )
        )  # fmt: skip
