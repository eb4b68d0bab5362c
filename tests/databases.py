"""Databases of our own for tests that commit: SQLite in a file, and a temporary PostgreSQL."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TEMPLATES, skip

POSTGRESQL = Path("/usr/lib/postgresql")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Cluster:
    """A PostgreSQL of our own in `folder`, run as somebody who is not root."""

    def __init__(self, folder: Path) -> None:
        found = sorted(POSTGRESQL.glob("*/bin/initdb"))
        if not found:
            skip("no PostgreSQL (apt-get install postgresql)")
        self.binaries, self.folder, self.data, self.port = found[-1].parent, folder, folder / "data", _free_port()
        self.address = f"postgres://tester@127.0.0.1:{self.port}/postgres"

    def call(self, *command: Any, check: bool = True) -> None:
        run = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        # Not captured through pipes: the server would keep them open.
        with (self.folder / "out").open("ab") as out:
            subprocess.run([*run, *map(str, command)], check=check, stdout=out, stderr=out, cwd=self.folder)

    def create(self) -> None:
        self.call(self.binaries / "initdb", "-D", self.data, "-A", "trust", "-U", "tester", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self.folder} -c fsync=off -c max_connections=100"
        self.call(self.binaries / "pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        self.call(self.binaries / "pg_ctl", "-D", self.data, "-m", mode, "stop", check=mode != "immediate")


@contextmanager
def postgresql(template: Path | None = None) -> Iterator[str]:
    """Address of a PostgreSQL that lives as long as the block; a copy of the stopped one in `template`, or empty.

    Skips where PostgreSQL is not installed.
    """
    folder = Path(tempfile.mkdtemp(prefix="qualityloop-pg-"))
    folder.chmod(0o777)
    cluster = None
    try:
        cluster = _Cluster(folder)
        if template is None:
            cluster.create()
        else:
            cluster.call("cp", "-a", template / "data", cluster.data)
        cluster.start()
        yield cluster.address
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _default(address: str, home: Path, blocker: Any) -> Iterator[None]:
    """Make the database at `address` (empty: SQLite in `home`) the default of this process."""
    from django.db import connections

    from qualityloop.config.database import database

    with blocker.unblock():
        settings, kept = connections.settings["default"], connections["default"]
        configured = connections.configure_settings({"default": database(address, home)})["default"]
        connections.settings["default"] = configured
        connections["default"] = connections.create_connection("default")
        try:
            yield
        finally:
            connections["default"].close()
            connections.settings["default"] = settings
            connections["default"] = kept


def _template(kind: str, blocker: Any) -> Path:
    """The folder of a migrated database, made once in a run of the tests whoever comes first."""
    from django.core.management import call_command

    TEMPLATES.mkdir(mode=0o777, exist_ok=True)
    TEMPLATES.chmod(0o777)
    home = TEMPLATES / kind
    with (TEMPLATES / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (home / "ready").exists():
            return home
        home.mkdir(mode=0o777)
        home.chmod(0o777)
        if kind == "sqlite":
            with _default("", home, blocker):
                call_command("migrate", interactive=False, verbosity=0)
        else:
            cluster = _Cluster(home)
            cluster.create()
            cluster.start()
            with _default(cluster.address, home, blocker):
                call_command("migrate", interactive=False, verbosity=0)
            cluster.stop("fast")
        (home / "ready").touch()
    return home


def _sqlite_file(home: Path) -> str:
    from qualityloop.config.database import database

    return str(database("", home)["NAME"])


@contextmanager
def sqlite_as_default(home: Path, blocker: Any) -> Iterator[None]:
    """The SQLite in `home` is the default database of this process; where there is none yet, a migrated one."""
    if not Path(_sqlite_file(home)).exists():
        shutil.copyfile(_sqlite_file(_template("sqlite", blocker)), _sqlite_file(home))
    with _default("", home, blocker):
        yield


@contextmanager
def postgresql_as_default(home: Path, blocker: Any) -> Iterator[str]:
    """A migrated PostgreSQL is the default database of this process; its address."""
    with postgresql(_template("postgresql", blocker)) as address, _default(address, home, blocker):
        yield address


def emptied() -> None:
    """No rows but those that the migrations leave."""
    from django.apps import apps
    from django.db import connection

    from tests.audit_triggers import without_triggers

    kept = {"contenttypes", "auth", "sites"}
    models = [m for m in apps.get_models(include_auto_created=True) if m._meta.app_label not in kept]
    tables = [m._meta.db_table for m in models if m._meta.managed and not m._meta.proxy]
    with without_triggers() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            return
        with connection.constraint_checks_disabled():
            for table in tables:
                cursor.execute(f"DELETE FROM {table}")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[str]:
    """A migrated database per kind and module."""
    home = tmp_path_factory.mktemp("database")
    if request.param == "sqlite":
        with sqlite_as_default(home, django_db_blocker):
            yield "sqlite"
        return
    with postgresql_as_default(home, django_db_blocker):
        yield "postgresql"


@pytest.fixture
def database(served_database: str) -> str:
    """An empty database of our own, SQLite and PostgreSQL in turn; threads open connections of their own to it."""
    emptied()
    return served_database
