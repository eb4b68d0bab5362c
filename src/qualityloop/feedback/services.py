"""Registering feedback by hand."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from qualityloop.feedback.actions import PRAISE_REGISTERED
from qualityloop.feedback.models import Praise
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.records.numbering import next_number

PREFIX = "BY"


def praise_register(*, actor: Any, address: str = "", **values: Any) -> Praise:
    """Keep a customer's thanks; it gets the next number."""
    values.setdefault("received_at", timezone.now())
    praise = Praise(**values)
    with transaction.atomic():
        praise.number = next_number(Praise, PREFIX)
        praise.save(force_insert=True)
        after = {name: str(value) for name in ("number", "agent", "team", "customer", "ticket", "text")
                 if (value := getattr(praise, name))}  # fmt: skip
        record(actor=actor, action=PRAISE_REGISTERED, record=praise, before=None, after=after, address=address)
    return praise
