"""What can be done to imports and sources, for the audit log; what people are told of."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

UPLOADED = action("import.uploaded", _("Files handed in for import"))
MAPPED = action("import.mapped", _("Mapping of an import changed"))
DISCARDED = action("import.discarded", _("Import discarded"))
STARTED = action("import.started", _("Import started"))
DONE = action("import.done", _("Import done"))
FAILED = action("import.failed", _("Import failed"))
UNDONE = action("import.undone", _("Import undone"))
MAPPING_SAVED = action("import.mapping_saved", _("Mapping saved"))
REJECT_REPAIRED = action("import.reject_repaired", _("Rejected row repaired"))
REJECT_DISMISSED = action("import.reject_dismissed", _("Rejected row set aside"))
REJECT_REOPENED = action("import.reject_reopened", _("Rejected row taken up again"))
REJECTS_RUN = action("import.rejects_run", _("Repaired rows imported"))
MAIL_READ = action("mail.read", _("Mail read"))
SOURCE_CREATED = action("source.created", _("Data source made"))
SOURCE_CHANGED = action("source.changed", _("Data source changed"))
