"""Who reads diagnosis reports, and who has them made."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import LEADING, Role

MAKING = frozenset({Role.DIRECTOR.value, Role.QC.value, Role.ADMIN.value})

SEE = permission("reports_kept.see", _("Read diagnosis reports"), LEADING)
MAKE = permission("reports_kept.make", _("Have diagnosis reports made and compared"), MAKING)
