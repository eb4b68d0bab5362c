"""What rooms above may listen to. Sent inside the transaction of the write."""

from __future__ import annotations

from django.dispatch import Signal

renamed = Signal()  # instance: a department or member of staff that has another name now; before: the old name
