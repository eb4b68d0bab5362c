"""Entries of the audit log as a person reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.actions import action_label
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.audit.queries import history_of
from qualityloop.foundation.export import Cell
from qualityloop.foundation.permissions import REGISTRY

HISTORY = 20  # entries in the panel of a record
MISSING = object()
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")

# By model: the words for values that are no columns of it (key, before, after) → (label or None, before, after).
WORDS: dict[str, Callable[[str, Any, Any], tuple[str | None, Any, Any]]] = {}

# By model: the models whose columns its entries speak of as well (the points of a round, the measures of a plan).
PARTS: dict[str, tuple[str, ...]] = {}
NOTHING: tuple[Any, ...] = (MISSING, "", None, [], {})
DIGITS = 4  # of a number that the system computed


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a record, before and after; None where there was or is none."""

    label: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with its words."""

    entry: AuditEntry
    actor: str
    action: str
    kind: str
    changes: tuple[Change, ...]


def lines(entries: Iterable[AuditEntry]) -> Iterator[Line]:
    """The entries in words."""
    for entry in entries:
        model = _model(entry.model)
        kind = str(model._meta.verbose_name) if model else entry.model
        yield Line(entry, actor_name(entry), action_label(entry.action), capfirst(kind), changes(entry, model))


def actor_name(entry: AuditEntry) -> str:
    """Who it was: a person, somebody not signed in, or the system itself."""
    return entry.actor_name or (_("Not signed in") if entry.address else _("System"))


def changes(entry: AuditEntry, model: type[models.Model] | None) -> tuple[Change, ...]:
    """The values that differ between before and after; all of them where the record was made or deleted."""
    before, after = entry.before, entry.after
    if not isinstance(before, dict | None) or not isinstance(after, dict | None):
        return (Change("", _shown(before, None), _shown(after, None)),)
    old, new = before or {}, after or {}
    found = []
    for key in dict.fromkeys((*new, *old)):
        was, now = old.get(key, MISSING), new.get(key, MISSING)
        if was == now or (was in NOTHING and now in NOTHING):
            continue
        field = _field(model, key) or _of_part(entry.model, key)
        words = WORDS.get(entry.model)
        label, was, now = words(key, was, now) if words else (None, was, now)
        label = label or _label(field, key, model)
        if field is None:
            field = _state_of_part(entry.model, was, now)
        found.append(Change(label, _shown(was, field), _shown(now, field)))
    return tuple(found)


def history_panel(record: Any) -> dict[str, Any]:
    """Context of `foundation/history.html`: the newest entries about one record, and whether there are more."""
    found = list(history_of(record)[: HISTORY + 1])
    return {"history": list(lines(found[:HISTORY])), "history_more": len(found) > HISTORY, "history_size": HISTORY}


def export_header() -> list[str]:
    """Heads of the columns of an exported log."""
    return [
        _("Number"), _("Time (UTC)"), capfirst(_("who")), _("Action"), _("Kind of record"), _("Record number"),
        _("Record"), _("Before"), _("After"), _("Reason"), _("Address"), _("Hash before"), _("Hash"),
    ]  # fmt: skip


def export_row(entry: AuditEntry) -> list[Cell]:
    """An entry with everything that its hash covers."""
    at = entry.at.astimezone(UTC).replace(tzinfo=None)
    return [
        entry.sequence, at.isoformat(sep=" ", timespec="microseconds"), actor_name(entry), entry.action, entry.model,
        entry.record_id, entry.record_label, entry.before_json, entry.after_json, entry.reason, entry.address,
        entry.previous_hash, entry.hash,
    ]  # fmt: skip


def _model(label: str) -> type[models.Model] | None:
    try:
        return apps.get_model(label) if label else None
    except (LookupError, ValueError):
        return None


def _field(model: type[models.Model] | None, name: str) -> models.Field[Any, Any] | None:
    """The field of a key; a part of the record says whose it is: `operations.annotation.kind`."""
    if name.count(".") == 2:
        part, name = name.rsplit(".", 1)
        model = _model(part)
    try:
        field = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) else None


def _of_part(label: str, key: str) -> models.Field[Any, Any] | None:
    """The column of a part of the record; what is kept as a sentence in two languages ends in `_kept`."""
    parts = [_model(part) for part in PARTS.get(label, ())]
    return next((field for name in (key, f"{key}_kept") for part in parts if (field := _field(part, name))), None)


def _state_of_part(label: str, *values: Any) -> models.Field[Any, Any] | None:
    """The state of a part, where the key is the title of the part and the values are its states."""
    for part in PARTS.get(label, ()):
        field = _field(_model(part), "state")
        if field is not None and all(v is MISSING or v in dict(field.flatchoices) for v in values):
            return field
    return None


def _label(field: models.Field[Any, Any] | None, key: str, model: type[models.Model] | None) -> str:
    if field is not None:
        return capfirst(str(field.verbose_name))
    return str(REGISTRY[key].label) if key in REGISTRY else _plural(model, key)


def _plural(model: type[models.Model] | None, key: str) -> str:
    """What points to the record under this name, in words."""
    try:
        related = model._meta.get_field(key).related_model if model else None
    except FieldDoesNotExist:
        related = None
    return capfirst(str(related._meta.verbose_name_plural)) if isinstance(related, type) else key


def _shown(value: Any, field: models.Field[Any, Any] | None) -> str | None:
    if value in NOTHING:
        return None
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field is not None and field.choices and isinstance(value, str | int):
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, str) and isinstance(field, models.DateTimeField | None) and INSTANT.fullmatch(value):
        return timezone.localtime(datetime.fromisoformat(value)).strftime("%Y-%m-%d %H:%M:%S")
    return _said(value)


def _said(value: Any) -> str:
    """A value in words: numbers without the digits that mean nothing, lists and pairs as a sentence has them."""
    if isinstance(value, float):
        return f"{value:.{DIGITS}g}" if abs(value) < 10**DIGITS else f"{value:.0f}"
    if isinstance(value, dict):
        return _("; ").join(f"{key}: {_said(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        nested = any(isinstance(one, list | tuple | dict) for one in value)
        return (_("; ") if nested else _(", ")).join(_said(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
