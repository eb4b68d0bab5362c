"""Who sees negative feedback, and who judges it; whose texts one sees, `people.scope` says."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import LEADING, STAFF

NEGATIVES = permission("feedback_negatives.see", _("See negative feedback"), STAFF)
JUDGE = permission("feedback_negatives.judge", _("Judge texts, have the threshold fitted anew"), LEADING)
