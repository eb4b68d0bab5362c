"""A real Spark cluster on loopback: a standalone master and workers of the pip package, ended with the test."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyspark

from tests.conftest import skip

STARTING_SECONDS = 180
# Quick to start rather than quick in the long run.
JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    home = Path(pyspark.__file__).parent
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "512m",
        "SPARK_DAEMON_JAVA_OPTS": JVM,
    }
    dies_with_us = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
    with (folder / f"{arguments[0].rsplit('.', 1)[-1]}.log").open("ab") as log:
        return subprocess.Popen(
            [*dies_with_us, home / "bin/spark-class", *arguments],
            env=environment,
            stdout=log,
            stderr=log,
            cwd=folder,
        )


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[str]:
    """The master's URL, once all workers have signed on."""
    if shutil.which("java") is None:
        skip("no Java 17 on the path")
    port, page = _free_port(), _free_port()
    url = f"spark://127.0.0.1:{port}"
    local = ("--host", "127.0.0.1")
    processes = [
        _start(
            folder,
            "org.apache.spark.deploy.master.Master",
            *local,
            *("--port", str(port), "--webui-port", str(page)),
        )
    ]
    try:
        _until(lambda: _alive(page) is not None, processes, folder)
        for number in range(workers):
            size = ("--cores", "1", "--memory", "1g", "--work-dir", str(folder / f"work{number}"))
            web = ("--webui-port", str(_free_port()))
            processes.append(_start(folder, "org.apache.spark.deploy.worker.Worker", *local, *size, *web, url))
        _until(lambda: _alive(page) == workers, processes, folder)
        yield url
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _alive(page: int) -> int | None:
    """Workers that the master knows, or None while it does not answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{page}/json/", timeout=5) as answer:
            return int(json.load(answer)["aliveworkers"])
    except (OSError, ValueError):
        return None


def _until(ready: object, processes: list[subprocess.Popen[bytes]], folder: Path) -> None:
    until = time.monotonic() + STARTING_SECONDS
    while not ready():  # type: ignore[operator]
        ended = any(process.poll() is not None for process in processes)
        if ended or time.monotonic() > until:
            said = "\n".join(log.read_text(errors="replace")[-2000:] for log in folder.glob("*.log"))
            raise RuntimeError(f"the Spark cluster did not start:\n{said}")
        time.sleep(0.2)
