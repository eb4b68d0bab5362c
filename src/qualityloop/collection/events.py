"""What people and other systems are told about imports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.collection.permissions import IMPORT
from qualityloop.foundation.notices import notice_kind
from qualityloop.foundation.webhooks.events import event

DONE = notice_kind("collection.import_done", _("An import of mine has ended"), right=IMPORT)
FAILED = notice_kind("collection.import_failed", _("An import of mine has failed"), right=IMPORT)
FINISHED = event("import.finished", _("Import finished"))
