"""Who may see and change departments and staff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import STAFF, Role

PEOPLE = permission("people.see", _("See departments and staff"), STAFF)
PEOPLE_EDIT = permission(
    "people.edit",
    _("Change departments, staff and evaluation groups"),
    frozenset({Role.ADMIN.value, Role.DIRECTOR.value}),
)
