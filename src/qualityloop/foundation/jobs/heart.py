"""Keeps a run ours while it is worked at, and writes down how far it is: twice a second, beside the work itself."""

from __future__ import annotations

import contextlib
import threading
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone
from django_q.models import OrmQ

from qualityloop.foundation.jobs import queue
from qualityloop.foundation.jobs.models import JobRun, State
from qualityloop.foundation.jobs.progress import Cancelled, Lost, Reached
from qualityloop.foundation.wording import kept

EVERY = 0.5  # seconds between two looks


class Heart:
    """Beats as long as the block runs. With workers it does so in a thread with a connection of its own, so that
    progress is seen while the job holds a transaction open; else within the calls of the job.
    """

    def __init__(self, run: JobRun) -> None:
        self._run = run
        self._reached: Reached | None = None
        self._written: Reached | None = None
        self._cancelled = False
        self._lost = False
        self._stop = threading.Event()
        self._lease = float(settings.QUALITYLOOP_JOBS_LEASE)
        self._next = time.monotonic() + self._lease / 4
        self._looked = time.monotonic()
        self._thread = threading.Thread(target=self._beat, daemon=True) if queue.is_queue() else None

    def __enter__(self) -> Heart:
        if self._thread:
            self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()

    @property
    def columns(self) -> dict[str, Any]:
        """How far the job is, as columns."""
        reached = self._reached
        if reached is None:
            return {}
        return {"done": reached.done, "total": reached.total, "text_json": kept(reached.text)}

    def keep(self, reached: Reached) -> None:
        """Note how far the job is."""
        self._reached = reached
        if self._thread is None and time.monotonic() - self._looked >= EVERY:
            self._look()

    def check(self) -> None:
        """Cancelled or Lost where the job should stop."""
        if self._lost:
            raise Lost
        if self._cancelled:
            raise Cancelled

    def _beat(self) -> None:
        try:
            while not self._stop.wait(EVERY):
                try:
                    self._look()
                except DatabaseError:  # locked for long, or gone for a moment: the next beat tries again
                    with contextlib.suppress(DatabaseError):
                        connections["default"].close()
        finally:
            connections.close_all()

    def _look(self) -> None:
        self._looked = time.monotonic()
        mine = JobRun.objects.filter(pk=self._run.pk, token=self._run.token, state=State.RUNNING)
        if self._reached is not self._written or self._looked >= self._next:
            writing = self._reached
            until = timezone.now() + timedelta(seconds=self._lease)
            if mine.update(lease_until=until, **self.columns):
                OrmQ.objects.filter(pk=self._run.queue_row).update(lock=until)
                self._written = writing
                self._next = self._looked + self._lease / 4
        asked = mine.values_list("cancel_asked", flat=True).first()
        self._lost = asked is None
        self._cancelled = bool(asked)
