"""Who may see and put evidence; on what, the parts of this room say."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import STAFF

EVIDENCE = permission("improvement_evidence.evidence", _("See and give evidence for causes and improvements"), STAFF)
