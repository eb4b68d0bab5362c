"""What the lake tells: rooms above listen."""

from __future__ import annotations

from django.dispatch import Signal

refreshed = Signal()  # the lake shows other rows than before; `lake`: the new snapshot
