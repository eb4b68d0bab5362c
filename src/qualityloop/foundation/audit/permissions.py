"""Who may read the audit log: those who answer for the system and for the service."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import Role

AUDIT = permission("foundation.audit", _("See the audit log"), frozenset({Role.ADMIN.value, Role.DIRECTOR.value}))
