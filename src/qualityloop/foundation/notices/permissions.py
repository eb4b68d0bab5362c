"""Who may see whether notices arrive: those who answer for the system."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import Role

DELIVERIES = permission(
    "notices.deliveries", _("See and repeat deliveries of notices"), frozenset({Role.ADMIN.value, Role.DIRECTOR.value})
)
