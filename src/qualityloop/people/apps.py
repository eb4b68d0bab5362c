"""The application `people`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Departments and the staff who work in them."""

    name = "qualityloop.people"
    label = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        """Put the room into the navigation."""
        from qualityloop.foundation.navigation import Entry, register
        from qualityloop.people import api  # noqa: F401 (registers its operations)
        from qualityloop.people.permissions import PEOPLE

        pages = frozenset(
            f"people:{page}" for page in ("organisation", "department", "department_new", "department_edit")
        )
        register(Entry(_("Organisation chart"), "people:organisation", "sitemap", PEOPLE, pages, order=60))
        pages = frozenset(
            f"people:{page}" for page in ("staff", "staff_member", "staff_new", "staff_edit", "staff_account")
        )
        register(Entry(_("Staff"), "people:staff", "users", PEOPLE, pages, order=61))
        pages = frozenset(f"people:{page}" for page in ("groups", "group", "group_new"))
        register(Entry(_("Evaluation groups"), "people:groups", "clipboard-check", PEOPLE, pages, "evaluate", order=60))
