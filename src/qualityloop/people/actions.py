"""What can be done to departments, staff and evaluation groups."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

DEPARTMENT_ADDED = action("department.added", _("Department added"))
DEPARTMENT_CHANGED = action("department.changed", _("Department changed"))
STAFF_ADDED = action("staff.added", _("Staff member added"))
STAFF_CHANGED = action("staff.changed", _("Staff member changed"))
STAFF_FOUND = action("staff.found", _("Staff members named by imported records"))
GROUP_ADDED = action("evaluation_group.added", _("Evaluation group added"))
GROUP_CHANGED = action("evaluation_group.changed", _("Evaluation group changed"))
