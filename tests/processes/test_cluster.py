"""A cluster of real worker processes, of which any may die: on SQLite, since the database has no part in this."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.jobs.models import JobRun
from tests.processes.programs import child_group, processes_of, states, until, working

pytestmark = pytest.mark.xdist_group("processes")


def test_no_process_of_a_cluster_is_indispensable(sqlite_environment: dict[str, str]) -> None:
    """Whichever is killed, at work or idle, the work goes on."""
    with working(sqlite_environment) as program:
        until(lambda: len(processes_of(child_group(program) or -1)) >= 5, "the cluster has started")
        for turn in range(2):
            group = child_group(program)
            family = processes_of(group)
            sentinel = next(child for child, parent in family.items() if parent == group)
            idle = sorted(child for child, parent in family.items() if parent == sentinel)
            os.kill(group if turn else sentinel, signal.SIGKILL)
            until(lambda gone=(group, *idle): not [p for p in gone if p in processes_of(gone[0])], "all have ended")
            enqueue("proving.rows", number=turn, steps=2, pause=0)
            until(lambda turn=turn: states() == ["done"] * (turn + 1), "done by a new cluster")


def test_a_killed_idle_worker_blocks_nobody_for_long(sqlite_environment: dict[str, str]) -> None:
    """It takes a lock of the queue with it; the cluster notices that nothing happens any more and begins anew."""
    with working(sqlite_environment) as program:
        enqueue("proving.rows", number=0, steps=1, pause=0)
        until(lambda: states() == ["done"], "the cluster works")
        worker = int(JobRun.objects.get().worker.rsplit("/", 1)[1])
        os.kill(worker, signal.SIGKILL)
        enqueue("proving.rows", number=1, steps=1, pause=0)
        until(lambda: states() == ["done", "done"], "done all the same")
        assert program.poll() is None


def test_jobs_that_hang_or_kill_their_workers_end_as_failed(sqlite_environment: dict[str, str]) -> None:
    hanging, killing = enqueue("proving.hangs"), enqueue("proving.dies")
    with working(sqlite_environment, workers=2):
        until(lambda: states() == ["failed", "failed"], "both are given up")
    hanging.refresh_from_db()
    killing.refresh_from_db()
    assert "2" in hanging.error
    assert (hanging.attempts, killing.crashes) == (1, 5)


def ended(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None


@pytest.mark.parametrize("command", ["work", "serve"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_end_of_the_program_is_the_end_of_its_cluster(
    sqlite_environment: dict[str, str], command: str, number: int
) -> None:
    with working(sqlite_environment, command) as program:
        until(lambda: len(processes_of(child_group(program) or -1)) >= 5, "the cluster has started")
        group = child_group(program)
        program.send_signal(number)
        until(lambda: ended(program) and not processes_of(group), "all have ended", 30)
    by_term = 143 if command == "work" else 0  # granian takes it for a wish to stop
    assert program.returncode == {signal.SIGINT: 0, signal.SIGTERM: by_term, signal.SIGKILL: -9}[number]


def test_a_database_that_is_not_up_to_date_is_left_alone(sqlite_environment: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qualityloop", "work"], env={**sqlite_environment, "QUALITYLOOP_HOME": str(tmp_path)},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert "not up to date" in done.stderr


def test_serve_works_too(sqlite_environment: dict[str, str]) -> None:
    with working(sqlite_environment, "serve"):
        enqueue("proving.rows", number=0, steps=1, pause=0)
        until(lambda: states() == ["done"], "done")
