"""Marking moments of an interaction."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from qualityloop.foundation.audit.recording import record
from qualityloop.operations.actions import MOMENT_CHANGED, MOMENT_MARKED, MOMENT_REMOVED
from qualityloop.operations.models import Annotation, Interaction


def moment_mark(
    *, actor: Any, interaction: Interaction, kind: str, offset_seconds: float, text: str = "", address: str = ""
) -> Annotation:
    """Mark a moment. There is one first response and one point of resolution per person: marking it again moves it."""
    with transaction.atomic():
        mark, before = Annotation(interaction=interaction, kind=kind, author=actor), None
        if kind != Annotation.Kind.REMARK:
            mine = Annotation.objects.select_for_update().filter(interaction=interaction, kind=kind, author=actor)
            if found := mine.first():
                mark, before = found, _values(found)
        mark.offset_seconds, mark.text, mark.at = round(offset_seconds, 3), text or mark.text, timezone.now()
        mark.save()
        action = MOMENT_MARKED if before is None else MOMENT_CHANGED
        record(actor=actor, action=action, record=interaction, before=before, after=_values(mark), address=address)
    return mark


def moment_change(*, actor: Any, mark: Annotation, text: str, offset_seconds: float, address: str = "") -> Annotation:
    """Change one's own mark."""
    with transaction.atomic():
        before = _values(mark)
        mark.text, mark.offset_seconds = text, round(offset_seconds, 3)
        if _values(mark) != before:
            mark.save(update_fields=["text", "offset_seconds"])
            record(
                actor=actor, action=MOMENT_CHANGED, record=mark.interaction, before=before, after=_values(mark),
                address=address,
            )  # fmt: skip
    return mark


def moment_remove(*, actor: Any, mark: Annotation, address: str = "") -> None:
    """Take one's own mark away."""
    with transaction.atomic():
        before, interaction = _values(mark), mark.interaction
        mark.delete()
        record(actor=actor, action=MOMENT_REMOVED, record=interaction, before=before, after=None, address=address)


def _values(mark: Annotation) -> dict[str, Any]:
    """A mark as it stands in the history of its interaction."""
    return {f"operations.annotation.{name}": getattr(mark, name) for name in ("kind", "offset_seconds", "text")}
