"""Made handbooks are kept in the file store, for whoever may read the handbook."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.files.models import StoredFile
from qualityloop.foundation.files.purposes import purpose
from qualityloop.foundation.models import User
from qualityloop.reports import permissions

PURPOSE = "reports.handbook"
SHOWN = 8  # files that were made


def _allows(user: User, _file: StoredFile) -> bool:
    return permissions.HANDBOOK.allows(user)


def declare() -> None:
    """Declare what made handbooks are kept for."""
    purpose(PURPOSE, _("Service quality handbook"), allows=_allows, types=("docx", "pdf"))


def made() -> models.QuerySet[StoredFile]:
    """The handbooks that were made last, the newest first."""
    return StoredFile.objects.filter(purpose=PURPOSE).order_by("-at", "-pk")[:SHOWN]
