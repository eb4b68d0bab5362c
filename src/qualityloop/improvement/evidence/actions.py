"""What can be done to evidence, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

EVIDENCE_ADDED = action("evidence.added", _("Evidence added"))
EVIDENCE_REMOVED = action("evidence.removed", _("Evidence removed"))
