"""Who may tag records, and who keeps the tags and their rules."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import STAFF, Role

KEEPING = frozenset({Role.DIRECTOR.value, Role.QC.value, Role.ADMIN.value})  # they see everybody's records

TAG = permission("tagging.tag", _("Tag records and judge suggested tags"), STAFF)
TAGS = permission("tagging.tags", _("Keep tags and their rules, see their statistics"), KEEPING)
