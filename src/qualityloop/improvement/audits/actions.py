"""What can be done to audits, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

ROUND_PLANNED = action("audit.planned", _("Audit round planned"))
ROUND_CHANGED = action("audit.changed", _("Audit round changed"))
CHECKLIST_MADE = action("audit.checklist_made", _("Checklist made from the standards in force"))
ROUND_MOVED = action("audit.moved", _("Audit round moved on"))
POINT_ADDED = action("audit.point_added", _("Point of a checklist added"))
POINT_CHANGED = action("audit.point_changed", _("Point of a checklist changed"))
POINT_REMOVED = action("audit.point_removed", _("Point of a checklist removed"))
POINT_ANSWERED = action("audit.point_answered", _("Point of a checklist answered"))
FINDING_ADDED = action("audit.finding_added", _("Audit finding entered"))
FINDING_CHANGED = action("audit.finding_changed", _("Audit finding changed"))
FINDING_PROBLEM = action("audit.finding_problem", _("Audit finding turned into a problem"))
FINDING_CLOSED = action("audit.finding_closed", _("Audit finding closed"))
