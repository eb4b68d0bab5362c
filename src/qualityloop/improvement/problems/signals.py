"""What problems tell: other parts of this room listen."""

from __future__ import annotations

from django.dispatch import Signal

moved = Signal()  # within the transaction; `problem`, `before`, `after` (states), `actor`, `reason`
opened = Signal()  # within the transaction; `problem`, `actor`
