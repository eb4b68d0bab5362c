"""Confirming that an SOP was read, and reminding those who have not."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import message
from qualityloop.foundation.audit.actions import action
from qualityloop.foundation.audit.recording import record
from qualityloop.standards.sops.models import Confirmation
from qualityloop.standards.sops.queries import KIND
from qualityloop.standards.versions.models import Version
from qualityloop.standards.versions.queries import in_force_at
from qualityloop.standards.versions.services import VersionError

READ = action("standard.read", _("Read and understood"))


def confirm_reading(*, actor: Any, version: Version) -> Confirmation:
    """Say that one has read and understood the version in force; saying it again changes nothing."""
    with transaction.atomic():
        holding = in_force_at(version.document, timezone.now()) if version.document.kind == KIND else None
        if holding is None or holding.pk != version.pk:
            raise VersionError(message("Only the version in force can be confirmed as read."))
        found, made = Confirmation.objects.get_or_create(version=version, person=actor)
        if made:
            after = {"number": version.number, "person": str(actor)}
            record(actor=actor, action=READ, record=version.document, before=None, after=after)
    return found
