"""Who may read and make documents."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import STAFF

HANDBOOK = permission("reports.handbook", _("Read the service quality handbook"), STAFF)
