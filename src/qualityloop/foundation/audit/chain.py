"""What an entry's hash covers, and how it is computed. Anybody can recompute it from these lines alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

START = "0" * 64  # what the first entry gives as the hash before it

COVERED = (
    "sequence", "at", "actor_id", "actor_name", "action", "model", "record_id", "record_label",
    "before_json", "after_json", "reason", "address", "previous_hash",
)  # fmt: skip


def canonical(value: Any) -> str:
    """`value` as JSON in its one form: keys sorted, no blanks, text as it is; NaN and unknown types are refused."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain)


def instant(at: datetime) -> str:
    """An instant as it enters the hash: UTC, microseconds always written."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def digest(entry: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over all `COVERED` fields of an entry, the hash of the entry before it included."""
    fields = {name: entry[name] for name in COVERED}
    if isinstance(fields["at"], datetime):
        fields["at"] = instant(fields["at"])
    return hashlib.sha256(canonical(fields).encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> Any:
    """Values that JSON does not know, as text that does not depend on machine or language."""
    if isinstance(value, datetime):
        return instant(value) if value.tzinfo else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal | UUID | Promise):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot stand in the audit log")
