"""Starting the program for tests that kill it: `qualityloop work` on a database of the test, with a short lease."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from qualityloop.foundation.jobs.models import JobRun, State
from tests.conftest import ROOT

LEASE = 4


def environ(address: str, home: Path, **more: str) -> dict[str, str]:
    """An environment in which the program works on the database of the test."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.processes.proving.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "QUALITYLOOP_DATABASE": address,
        "QUALITYLOOP_HOME": str(home),
        "QUALITYLOOP_JOBS_LEASE": str(LEASE),
        "QUALITYLOOP_LANG": "en",
        **more,
    }


def hearing_interrupts() -> None:
    """A test run in the background ignores Ctrl-C; programs that it starts would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def working(
    environment: dict[str, str], command: str = "work", *, workers: int = 1
) -> Iterator[subprocess.Popen[bytes]]:
    """`qualityloop work`, or `serve`, as long as the block runs."""
    options = ["--workers" if command == "work" else "--jobs", str(workers)]
    words = [sys.executable, "-m", "qualityloop", command, *options]
    process = subprocess.Popen(
        words,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=hearing_interrupts,  # noqa: PLW1509 (no threads here)
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(40)
        with contextlib.suppress(ProcessLookupError):  # what serves pages outlives a parent that was killed
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def kill(process: int) -> None:
    """End a process without a word; one that has just ended by itself does not matter."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def until(true: Callable[[], bool], what: str, seconds: float = 200) -> None:
    """Wait until it is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what}: {list(JobRun.objects.values_list('pk', 'key', 'state', 'worker'))}"
        time.sleep(0.1)


def processes_of(group: int) -> dict[int, int]:
    """Process → its parent, of those in a process group."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[2]) == group and fields[0] != "Z":
                found[int(entry.name)] = int(fields[1])
    return found


def child_group(process: subprocess.Popen[bytes]) -> int:
    """The process group of the cluster that `process` has started."""
    children = Path(f"/proc/{process.pid}/task")
    for task in children.iterdir():
        for child in (task / "children").read_text().split():
            if os.getpgid(int(child)) == int(child):
                return int(child)
    return 0


def tables() -> None:
    """Where the jobs of the tests leave their traces."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS proof")
        cursor.execute("DROP TABLE IF EXISTS effort")
        cursor.execute("CREATE TABLE proof (number int NOT NULL, step int NOT NULL, PRIMARY KEY (number, step))")
        cursor.execute("CREATE TABLE effort (number int NOT NULL, step int NOT NULL, process int NOT NULL)")


def rows(query: str) -> list[tuple[int, ...]]:
    """What a query answers."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def states() -> list[str]:
    return list(JobRun.objects.order_by("pk").values_list("state", flat=True))


def running() -> list[int]:
    """Numbers of the worker processes that are at work."""
    workers = JobRun.objects.filter(state=State.RUNNING).values_list("worker", flat=True)
    return [int(worker.rsplit("/", 1)[1]) for worker in workers]
