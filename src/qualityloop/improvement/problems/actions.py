"""What can be done to a problem, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

PROBLEM_OPENED = action("problem.opened", _("Problem opened"))
PROBLEM_CHANGED = action("problem.changed", _("Problem changed"))
PROBLEM_MOVED = action("problem.moved", _("Problem moved on"))
PROBLEM_MENTIONED = action("problem.mentioned", _("Problem found again"))
