"""Who may see the diagnosis.

Everybody on the staff sees how good the service is; records of single customers and colleagues (the rows
behind a number, the cases of a process, comparisons of people) are for those who lead, check or train.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import LEADING, STAFF

OVERVIEW = permission("diagnosis.overview", _("See the quality overview"), STAFF)
INDICATORS = permission("diagnosis.indicators", _("See indicators and their values"), STAFF)
ROWS = permission("diagnosis.rows", _("See the records behind a number"), LEADING)
PROCESS = permission("diagnosis.process", _("See the process and its cases"), LEADING)
