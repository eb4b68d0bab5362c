"""How often a caller may ask: so many requests a minute, whatever the number of processes that answer.

A process takes several requests of a caller's minute from the database at once and hands them out by itself,
so that reading does not write with every request. Never more than the limit is handed out; with several
processes a few of the last may lie unused in another one.
"""

from __future__ import annotations

import threading
import time

from django.db import transaction
from django.db.models import F

MINUTE = 60
SHARES = 60  # parts of the limit that a process takes at once
KEPT = 5  # minutes that are remembered
MOST_REMEMBERED = 10_000  # callers in the memory of a process

_lock = threading.Lock()
_left: dict[tuple[str, int], int] = {}


def taken(caller: str, limit: int) -> int:
    """0 where one more request of `caller` fits into `limit` a minute; else the seconds until the next minute."""
    now = time.time()
    minute = int(now // MINUTE)
    key = (caller, minute)
    with _lock:
        if _left.get(key, 0) > 0:
            _left[key] -= 1
            return 0
    share = _reserve(caller, minute, limit)
    if not share:
        return MINUTE - int(now % MINUTE)
    with _lock:
        if len(_left) > MOST_REMEMBERED or not any(known[1] == minute for known in _left):
            _left.clear()
        _left[key] = _left.get(key, 0) + share - 1
    return 0


def _reserve(caller: str, minute: int, limit: int) -> int:
    """Take a share of the minute; 0 where nothing is left of it."""
    from qualityloop.foundation.api.models import Meter

    share = max(1, limit // SHARES)
    with transaction.atomic():
        row, made = Meter.objects.get_or_create(caller=caller, minute=minute)
        if made:
            Meter.objects.filter(minute__lt=minute - KEPT).delete()
        for part in (share, 1):
            fits = Meter.objects.filter(pk=row.pk, taken__lte=limit - part)
            if fits.update(taken=F("taken") + part):
                return part
    return 0


def forget() -> None:
    """Hand out nothing that was taken before; for tests."""
    with _lock:
        _left.clear()
