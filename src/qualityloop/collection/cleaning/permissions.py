"""Who sees what was set aside and takes it back, and who keeps the rules."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.collection.permissions import BRINGING, STEERING
from qualityloop.foundation.permissions import permission

CLEANING = permission("cleaning.judge", _("See records that were set aside and take them back"), BRINGING)
CLEANING_RULES = permission("cleaning.rules", _("Set the rules of data cleaning"), STEERING)
