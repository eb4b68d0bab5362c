"""Keeps one cluster running: starts it as a child process, anew when it dies, and ends it with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

MODULE = "qualityloop.foundation.jobs.cluster"
PATIENCE = 15.0  # seconds between asking the cluster to end and ending it
SHORT = 10.0  # a life so short counts as a failure to start
LONGEST_PAUSE = 30.0
BEHIND = 4  # what the cluster ends with when the database is not up to date


class Supervisor:
    """`with Supervisor(workers=2): …` has a cluster running beside the block."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self.run, name="jobs", daemon=True)
        self.is_behind = False  # it ended because the database is not up to date

    def __enter__(self) -> Supervisor:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
        self._thread.join()

    def wait(self) -> None:
        """Return when somebody calls `stop`, or no cluster can be run on this database."""
        self._ending.wait()

    def stop(self) -> None:
        """Ask the cluster to end; `run` returns when it has."""
        self._ending.set()

    def run(self) -> None:
        """Keep a cluster running until `stop`."""
        pause = 1.0
        while not self._ending.is_set():
            begin = time.monotonic()
            process = self._start()
            while process.poll() is None and not self._ending.wait(0.2):
                pass
            _end(process)
            self.is_behind = process.returncode == BEHIND
            if self.is_behind:
                self._ending.set()
            if self._ending.is_set():
                return
            pause = min(2 * pause, LONGEST_PAUSE) if time.monotonic() - begin < SHORT else 1.0
            self._ending.wait(pause)

    def _start(self) -> subprocess.Popen[bytes]:
        environ = {**os.environ, "QUALITYLOOP_WORKERS": str(self._workers)}
        return subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-m", MODULE], env=environ, stdin=subprocess.DEVNULL, start_new_session=True
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the cluster and everything in its process group."""
    with contextlib.suppress(ProcessLookupError):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
