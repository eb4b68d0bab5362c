"""Who may see evaluations, ask for them, and turn what worked into standards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import STAFF, Role

LEADERS = frozenset({Role.DIRECTOR.value, Role.QC.value, Role.SENIOR_AGENT.value, Role.ADMIN.value})

EFFECTS = permission("improvement_effects.effects", _("See whether improvements worked"), STAFF)
EVALUATE = permission("improvement_effects.evaluate", _("Have the effect of an improvement evaluated"), LEADERS)
STANDARDISE = permission(
    "improvement_effects.standardise",
    _("Turn what worked into proposals for standards, and decide on them"),
    frozenset({Role.DIRECTOR.value, Role.QC.value, Role.ADMIN.value}),
)
