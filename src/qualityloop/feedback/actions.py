"""What can be done to feedback."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

PRAISE_REGISTERED = action("feedback.praise_registered", _("Praise registered"))
