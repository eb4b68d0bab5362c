"""Who sees early warnings, who works on them, and who sets the rules."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import LEADING, Role

SETTING = frozenset({Role.DIRECTOR.value, Role.QC.value, Role.ADMIN.value})

WARNINGS = permission("diagnosis_warnings.see", _("See early warnings"), LEADING)
WORK = permission("diagnosis_warnings.work", _("Take, hand over and end early warnings"), LEADING)
RULES = permission("diagnosis_warnings.rules", _("Set the rules of early warning"), SETTING)
