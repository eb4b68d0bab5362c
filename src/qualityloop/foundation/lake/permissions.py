"""Who may see how fresh the numbers are, and have them refreshed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import LEADING, Role

DATA = permission("lake.data", _("See how fresh the numbers are"), LEADING)
REFRESHING = permission(
    "lake.refresh",
    _("Refresh the numbers at once"),
    frozenset({Role.DIRECTOR.value, Role.QC.value, Role.ADMIN.value}),
)
