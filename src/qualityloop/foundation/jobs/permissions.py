"""Who may see and steer work in the background: those who answer for the system and for the service."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import Role

JOBS = permission("jobs.all", _("See and steer background jobs"), frozenset({Role.ADMIN.value, Role.DIRECTOR.value}))
