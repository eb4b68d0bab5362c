"""Adding an entry to the audit log, in the transaction of the write itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from qualityloop.foundation.audit.actions import Action
from qualityloop.foundation.audit.chain import START, canonical
from qualityloop.foundation.audit.models import AuditEntry, AuditHead

Values = Mapping[str, Any] | None
SECRET = frozenset({"password"})  # never enters the log, hashed or not


def record(
    *,
    actor: object,
    action: Action,
    record: models.Model | None,
    before: Values,
    after: Values,
    reason: str = "",
    address: str = "",
) -> AuditEntry:
    """Add one entry: both it and the write are kept, or neither. TransactionManagementError outside `atomic`.

    `actor` is a signed-in user, or anything else for the system itself or somebody unknown. Until the
    transaction ends other writers wait for the end of the chain, so write transactions are kept short.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an audit entry belongs into the transaction of its write")
    head = _locked_head()
    person = actor if isinstance(actor, models.Model) else None
    entry = AuditEntry(
        sequence=head.sequence + 1,
        at=timezone.now(),
        actor_id=person.pk if person is not None else None,
        actor_name=_clean(_name_of(person), 320) if person is not None else "",
        action=action.key,
        model=record._meta.label_lower if record is not None else "",
        record_id=_clean(str(record.pk), 64) if record is not None else "",
        record_label=_clean(str(record), 200) if record is not None else "",
        before_json=canonical(_without_secrets(before)),
        after_json=canonical(_without_secrets(after)),
        reason=_clean(reason),
        address=_clean(address, 64),
        previous_hash=head.hash,
    )
    entry.hash = entry.digest()
    entry.save(force_insert=True)
    AuditHead.objects.filter(pk=AuditHead.ONLY).update(sequence=entry.sequence, hash=entry.hash)
    return entry


def differing(before: Values, after: Mapping[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """What of `before` and `after` is worth an entry: the values that differ; all of them where there was nothing."""
    if before is None:
        return None, dict(after)
    names = [name for name in after if before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}


def values_of(instance: models.Model, *fields: str) -> dict[str, Any]:
    """The named columns of a record (all but secret ones where none are named), for before and after."""
    names = fields or [field.attname for field in instance._meta.concrete_fields]
    return {name: getattr(instance, name) for name in names if name not in SECRET}


def _locked_head() -> AuditHead:
    """The end of the chain, ours until the transaction ends: SQLite has one writer anyway, PostgreSQL locks the row."""
    locked = AuditHead.objects.select_for_update()
    head = locked.filter(pk=AuditHead.ONLY).first()
    if head is None:  # the very first entry; a head that was taken away is made again from what is there
        last = AuditEntry.objects.order_by("-sequence").first()
        new = AuditHead(sequence=last.sequence if last else 0, hash=last.hash if last else START)
        AuditHead.objects.bulk_create([new], ignore_conflicts=True)
        head = locked.get(pk=AuditHead.ONLY)
    return head


def _name_of(actor: models.Model) -> str:
    """Name and user name: names change and repeat, and the log must still be read in ten years."""
    shown, login = str(actor), str(getattr(actor, "username", ""))
    return f"{shown} ({login})" if login and login != shown else shown


def _without_secrets(values: Values) -> Values:
    return None if values is None else {key: value for key, value in values.items() if key not in SECRET}


def _clean(text: str, longest: int | None = None) -> str:
    """`text` as every database keeps it: no NUL, no half characters, no longer than the column."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()[:longest]
