"""Made reports are kept in the file store, for whoever may read reports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.purposes import purpose
from qualityloop.foundation.models import User
from qualityloop.reports.kept import permissions

PURPOSE = "reports.diagnosis"


def _allows(user: User, _file: StoredFile) -> bool:
    return permissions.SEE.allows(user)


purpose(PURPOSE, _("Diagnosis reports"), allows=_allows, types=("docx", "pdf", "xlsx", "html", "json"))
