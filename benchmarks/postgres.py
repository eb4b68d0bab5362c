"""A PostgreSQL of our own, as long as a part needs it."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; one database is there at first: postgres."""

    folder: Path
    port: int

    @property
    def dsn(self) -> str:
        """As psycopg wants it."""
        return f"host={self.folder} port={self.port} user=bench dbname=postgres"

    def address(self, database: str) -> str:
        """As QUALITYLOOP_DATABASE wants it."""
        return f"postgres://bench@127.0.0.1:{self.port}/{database}"


@contextlib.contextmanager
def server() -> Iterator[Server | None]:
    """None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        yield None
        return
    binaries, folder = found[-1].parent, Path(tempfile.mkdtemp(prefix="qualityloop-pg-"))
    folder.chmod(0o777)
    run = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    cluster, log = folder / "data", folder / "log"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])

    def call(*command: object, check: bool = True) -> None:
        subprocess.run([*run, *map(str, command)], check=check, capture_output=True, cwd=folder)

    call(binaries / "initdb", "-D", cluster, "-A", "trust", "-U", "bench", "-E", "UTF8")
    options = (
        f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c shared_buffers=1GB -c work_mem=256MB -c fsync=off"
        " -c max_wal_size=4GB"
    )
    try:
        call(binaries / "pg_ctl", "-D", cluster, "-l", log, "-w", "-o", options, "start")
        yield Server(folder, port)
    finally:
        call(binaries / "pg_ctl", "-D", cluster, "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)
