"""Who looks for causes, who locks them; on whose problems, `improvement.problems.queries` says."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import STAFF, Role

CAUSES = permission("improvement_causes.causes", _("See fishbones, whys and root causes"), STAFF)
CAUSE_EDIT = permission("improvement_causes.cause_edit", _("Work on fishbones and whys"), STAFF)
LOCK = permission(
    "improvement_causes.lock",
    _("Lock root causes and set the direction of the improvement"),
    frozenset({Role.DIRECTOR.value, Role.QC.value, Role.SENIOR_AGENT.value, Role.ADMIN.value}),
)
TAXONOMY = permission(
    "improvement_causes.taxonomy",
    _("Keep the kinds of causes"),
    frozenset({Role.DIRECTOR.value, Role.QC.value, Role.ADMIN.value}),
)
