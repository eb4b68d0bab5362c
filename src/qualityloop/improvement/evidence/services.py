"""Putting evidence on things, and taking it away."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.recording import record as record_entry
from qualityloop.foundation.audit.recording import values_of
from qualityloop.foundation.models import User
from qualityloop.improvement.evidence import actions
from qualityloop.improvement.evidence.models import Evidence, Kind
from qualityloop.improvement.evidence.records import KINDS
from qualityloop.improvement.evidence.targets import TARGETS

RECORDED = (
    "target_kind", "target_id", "kind", "title", "note", "url", "indicator", "group", "period", "value", "n", "low",
    "high", "standard", "version", "snapshot", "record", "record_number", "seconds",
)  # fmt: skip
MEASURED = frozenset({"indicator", "group", "period", "grain", "value", "n", "low", "high", "standard", "version",
                      "snapshot"})  # fmt: skip


def evidence_add(
    *, actor: Any, target_kind: str, thing: Any, kind: str, title: str = "", note: str = "", url: str = "",
    record: str = "", record_number: str = "", seconds: float | None = None, file: Any = None, address_of: str = "",
    **measured: Any,
) -> Evidence:  # fmt: skip
    """Put evidence on a thing that the actor may change. ValidationError at the field that is wrong.

    `measured` are the columns of a number: indicator, group, period, value, n, low, high, snapshot, standard, version.
    """
    if unknown := set(measured) - MEASURED:
        raise ValueError(f"no columns of a number: {', '.join(sorted(unknown))}")
    one = Evidence(
        target_kind=target_kind, target_id=thing.pk, kind=kind, title=title.strip()[:200], note=note, url=url.strip(),
        record=record, record_number=record_number.strip(), seconds=seconds, file=file, actor=_person(actor),
        **measured,
    )  # fmt: skip
    _complete(actor, one)
    target = TARGETS[target_kind]
    with transaction.atomic():
        one.save(force_insert=True)
        record_entry(
            actor=actor, action=actions.EVIDENCE_ADDED, record=target.record(thing), before=None, after=_values(one),
            address=address_of,
        )  # fmt: skip
    return one


def evidence_remove(*, actor: Any, evidence: Evidence, thing: Any, reason: str = "", address_of: str = "") -> None:
    """Take evidence away; what it was stays in the history."""
    with transaction.atomic():
        before = _values(evidence)
        evidence.delete()
        record_entry(
            actor=actor, action=actions.EVIDENCE_REMOVED, record=TARGETS[evidence.target_kind].record(thing),
            before=before, after=None, reason=reason, address=address_of,
        )  # fmt: skip


def _complete(actor: Any, one: Evidence) -> None:
    """What the kind of evidence needs, found or refused; its title where none is given."""
    if one.kind not in Kind.values:
        raise ValidationError({"kind": _("There is no such kind of evidence.")})
    if one.url and not (one.url.startswith("/") and not one.url.startswith("//")):
        raise ValidationError({"url": _("Give the address of a page of this application, beginning with /.")})
    if one.kind == Kind.RECORD:
        _find_record(actor, one)
    elif one.kind == Kind.FILE:
        if one.file is None:
            raise ValidationError({"file": _("Choose a file.")})
        one.title = one.title or one.file.name
        one.url = reverse("files:file", args=[one.file.pk])
    elif one.kind in (Kind.ROWS, Kind.NUMBER) and not one.url:
        raise ValidationError({"url": _("Give the address of the page that shows it.")})
    if not one.title:
        if one.kind != Kind.REMARK or not one.note.strip():
            raise ValidationError({"title": _("Say in short what it is.")})
        one.title = one.note.strip().splitlines()[0][:80]


def _find_record(actor: Any, one: Evidence) -> None:
    kind = KINDS.get(one.record)
    if kind is None:
        raise ValidationError({"record": _("Choose what kind of record it is.")})
    found = kind.find(actor, one.record_number)
    if found is None:
        raise ValidationError({"record_number": _("There is no such number among the records that you may see.")})
    one.url = kind.page(found) + (f"?at={one.seconds:g}" if one.seconds is not None else "")
    one.title = one.title or f"{kind.label()} {one.record_number}"


def _values(one: Evidence) -> dict[str, Any]:
    kept = values_of(one, *RECORDED) | {"file": one.file.name if one.file else None}
    return {
        f"improvement_evidence.evidence.{name}": value for name, value in kept.items() if value not in (None, "", [])
    }


def _person(actor: Any) -> User | None:
    return actor if isinstance(actor, User) else None
