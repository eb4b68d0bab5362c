"""What cleaning does, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

CLEANED = action("cleaning.cleaned", _("Records set aside by rule"))
TAKEN_BACK = action("cleaning.taken_back", _("Record taken back"))
SET_ASIDE = action("cleaning.set_aside", _("Record set aside again"))
RULE_SAVED = action("cleaning.rule_saved", _("Cleaning rule changed"))
