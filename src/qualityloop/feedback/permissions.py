"""Who may open what customers say; whose rows one sees, `people.scope` says."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import STAFF

SURVEY_RESPONSES = permission("feedback.survey_responses", _("See answered questionnaires"), STAFF)
COMPLAINTS = permission("feedback.complaints", _("See the complaint ledger"), STAFF)
REVIEWS = permission("feedback.reviews", _("See third-party reviews"), STAFF)
PRAISE = permission("feedback.praise", _("See praise"), STAFF)
PRAISE_ADD = permission("feedback.praise_add", _("Register praise"), STAFF)
