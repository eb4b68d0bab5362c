"""Jobs that write rows, slowly, so that their worker can be killed in the middle."""

from __future__ import annotations

import os
import time

from django.db import connection

from qualityloop.foundation.jobs import Progress, job
from qualityloop.foundation.notices import notice_kind

NEWS = notice_kind("proving.news", "News", transports=("email", "wecom"))


@job("proving.rows", "Rows")
def rows(progress: Progress, *, number: int, steps: int, pause: float) -> None:
    """One row per step, the same however often it is run; and a note of who wrote it when."""
    for step in range(steps):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO proof (number, step) VALUES (%s, %s) ON CONFLICT DO NOTHING", [number, step])
            cursor.execute(
                "INSERT INTO effort (number, step, process) VALUES (%s, %s, %s)", [number, step, os.getpid()]
            )
        progress(step + 1, steps, f"step {step + 1}")
        time.sleep(pause)


@job("proving.fails", "Fails the first time")
def fails(progress: Progress) -> None:
    """Fails where nobody has put things right."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM proof WHERE number = 4711")
        if cursor.fetchone() == (0,):
            raise ValueError("nobody has put things right")


@job("proving.dies", "Kills its worker")
def dies(progress: Progress) -> None:
    """Kills its worker every time."""
    os.kill(os.getpid(), 9)


@job("proving.hangs", "Hangs", longest=2)
def hangs(progress: Progress) -> None:
    """Does not end by itself."""
    time.sleep(600)
