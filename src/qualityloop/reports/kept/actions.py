"""What can be done to diagnosis reports, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

ASKED = action("report.asked", _("Diagnosis report asked for"))
MADE = action("report.made", _("Diagnosis report made"))
COMPARED = action("report.compared", _("Diagnosis report made again and compared"))
