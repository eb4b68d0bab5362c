"""What can be done to negative feedback, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

JUDGED = action("negatives.judged", _("Text judged negative or not"))
FITTED = action("negatives.fitted", _("Threshold for negative feedback fitted anew"))
