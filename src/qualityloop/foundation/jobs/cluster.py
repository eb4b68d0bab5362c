"""One cluster of django-q2 as a process group of its own: `python -m qualityloop.foundation.jobs.cluster`.

Started by `supervisor.Supervisor`, which starts it anew when it ends. Everything it starts is in its group, so
that ending the group ends all of it.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from types import FrameType
from typing import Any

import django

TICK = 1.0  # seconds between two looks around
CARE = 30.0  # seconds between two rounds of sweeping
GRACE = 10.0  # seconds for running jobs to end when asked to stop
BEHIND = 4  # exit code: the database is not up to date
log = logging.getLogger("qualityloop.jobs")


class Stop(Exception):  # noqa: N818 (somebody asked for it)
    """Leave."""


def main() -> int:
    """Run until told to stop, until whoever started it is gone, or until the cluster is dead or stuck."""
    parent = os.getppid()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qualityloop.config.settings")
    django.setup()
    from django.db import DatabaseError
    from django_q.cluster import Cluster

    try:
        if not _prepared():
            return BEHIND
    except DatabaseError as error:
        log.critical("the database cannot be read: %s", str(error).strip().partition("\n")[0])
        return 1
    cluster = Cluster()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        cluster.start()
        _watch(cluster, parent)
    except Stop:
        _let_end(cluster)
        code = 0
    else:
        code = 1
    _end_group()
    return code


def _prepared() -> bool:
    """Whether the database is up to date, which is for `serve` to see to; then its schedules are those of the code."""
    from django.db import connection, connections
    from django.db.migrations.executor import MigrationExecutor

    from qualityloop.foundation.jobs.care import schedules_sync

    executor = MigrationExecutor(connection)
    ready = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    if ready:
        schedules_sync()
    connections.close_all()  # a connection may not be shared with the workers
    return ready


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stop


def _watch(cluster: Any, parent: int) -> None:
    """Look around every second; returns when the cluster should be started anew."""
    from django.conf import settings
    from django.db import DatabaseError

    care, next_care, stuck = min(CARE, settings.QUALITYLOOP_JOBS_LEASE / 2), 0.0, 0
    while cluster.sentinel.is_alive():
        if os.getppid() != parent:
            raise Stop
        try:
            stuck = _look_around(now := time.monotonic(), now >= next_care, stuck)
            next_care = now + care if now >= next_care else next_care
        except DatabaseError:
            log.warning("the database does not answer", exc_info=True)
        if stuck >= 2:
            log.critical("the cluster does nothing though work is due; it is started anew")
            return
        time.sleep(TICK)


def _look_around(now: float, thorough: bool, stuck: int) -> int:
    """Free what the dead held; now and then look for what was forgotten. How often in a row it looked stuck."""
    from django.db import close_old_connections

    from qualityloop.foundation.jobs import care

    close_old_connections()
    care.release_dead()
    if not thorough:
        return stuck
    care.sweep()
    care.forget_old()
    return stuck + 1 if care.is_stuck(os.getpgrp()) else 0


def _let_end(cluster: Any) -> None:
    """Ask the workers to end what they do; those that take too long are run again elsewhere."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    cluster.stop_event.set()
    cluster.sentinel.join(GRACE)


def _end_group() -> None:
    """End whatever is left of this process group, itself included."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.getpgrp() == os.getpid():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
