"""Recordings of interactions."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.files.store import Readable, file_keep
from qualityloop.operations.actions import RECORDING_ADDED
from qualityloop.operations.files import RECORDING
from qualityloop.operations.models import Interaction


def recording_add(
    *, actor: Any, interaction: Interaction, content: Readable | bytes, name: str, address: str = ""
) -> Interaction:
    """Keep a recording and put it beside the transcript, in place of an earlier one."""
    stored = file_keep(content, name=name, purpose=RECORDING.key, actor=actor)
    with transaction.atomic():
        before = {"recording": interaction.recording.name} if interaction.recording else None
        interaction.recording, interaction.changed_at = stored, timezone.now()
        interaction.save(update_fields=["recording", "changed_at"])
        record(
            actor=actor, action=RECORDING_ADDED, record=interaction, before=before,
            after={"recording": stored.name, "sha256": stored.sha256}, address=address,
        )  # fmt: skip
    return interaction
