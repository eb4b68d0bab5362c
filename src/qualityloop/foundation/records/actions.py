"""What can be done to a batch."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

BATCH_UNDONE = action("records.batch_undone", _("Import undone"))
