"""What happened to a notice, for rooms that keep it with their records."""

from __future__ import annotations

from django.dispatch import Signal

delivered = Signal()  # delivery, message_id, at: it has arrived there; in the transaction that notes it
