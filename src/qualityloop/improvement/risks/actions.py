"""What can be done to quality plans and their risks, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

PLAN_BEGUN = action("launch.begun", _("Quality plan begun"))
PLAN_CHANGED = action("launch.changed", _("Quality plan changed"))
PLAN_MOVED = action("launch.moved", _("Quality plan moved on"))
ITEM_ADDED = action("launch.item_added", _("Goal or readiness item added"))
ITEM_CHANGED = action("launch.item_changed", _("Goal or readiness item changed"))
ITEM_REMOVED = action("launch.item_removed", _("Goal or readiness item removed"))
RISK_ADDED = action("launch.risk_added", _("Risk added"))
RISK_CHANGED = action("launch.risk_changed", _("Risk changed"))
RISK_REMOVED = action("launch.risk_removed", _("Risk removed"))
RISK_DONE = action("launch.risk_done", _("Precaution of a risk carried out"))
RISK_ACCEPTED = action("launch.risk_accepted", _("Risk accepted"))
