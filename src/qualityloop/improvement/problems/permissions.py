"""Who may see problems and move them; whose problems one sees, `people.scope` says."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import STAFF, Role

PROBLEMS = permission("improvement_problems.problems", _("See problems that are being improved"), STAFF)
PROBLEM_OPEN = permission("improvement_problems.problem_open", _("Turn something into an improvement"), STAFF)
PROBLEM_EDIT = permission(
    "improvement_problems.problem_edit",
    _("Change problems, their grade and their owner"),
    frozenset({Role.DIRECTOR.value, Role.QC.value, Role.SENIOR_AGENT.value, Role.ADMIN.value}),
)
PROBLEM_CLOSE = permission(
    "improvement_problems.problem_close",
    _("Close problems and open them again"),
    frozenset({Role.DIRECTOR.value, Role.QC.value, Role.ADMIN.value}),
)
