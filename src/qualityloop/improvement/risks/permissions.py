"""Who may see quality plans, write them and approve a launch."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import LEADING, Role

RISKS = permission("improvement_risks.risks", _("See quality plans of new service modes and their risks"), LEADING)
RISK_WRITE = permission("improvement_risks.risk_write", _("Write quality plans and their risk registers"), LEADING)
LAUNCH = permission(
    "improvement_risks.launch",
    _("Accept risks and approve a launch"),
    frozenset({Role.DIRECTOR.value, Role.ADMIN.value}),
)
