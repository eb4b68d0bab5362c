"""The queue of django-q2: rows that say when to look at a run."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.tasks import async_task

from qualityloop.foundation.jobs.registry import KINDS, LONGEST

PERFORM = "qualityloop.foundation.jobs.performing.perform"


class _Post(ORM):  # type: ignore[misc]
    """The broker, putting one row in for a given instant and remembering its number."""

    def __init__(self, at: datetime) -> None:
        super().__init__(Conf.CLUSTER_NAME)
        self.at = at
        self.row = 0

    def enqueue(self, task: str) -> int:
        """The row, in the transaction of whoever called."""
        self.row = OrmQ.objects.create(key=self.list_key, payload=task, lock=self.at).pk
        return self.row


def put(run_id: int, key: str, at: datetime) -> int:
    """A row that makes a worker look at the run from `at` on; its number."""
    post = _Post(at)
    async_task(PERFORM, run_id, broker=post, timeout=KINDS[key].longest if key in KINDS else LONGEST)
    return post.row


def drop(row: int | None) -> None:
    """Take a row out; one that is gone already does not matter."""
    if row is not None:
        OrmQ.objects.filter(pk=row).delete()


def is_queue() -> bool:
    """Whether workers do the work; else it is done at commit, by whoever commits."""
    return str(settings.QUALITYLOOP_JOBS) == "queue"
