"""Databases of our own for tests that commit: SQLite in a file, and a temporary PostgreSQL."""

from __future__ import annotations

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

from tests.conftest import skip

POSTGRESQL = Path("/usr/lib/postgresql")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgresql() -> Iterator[str]:
    """Address of a PostgreSQL that lives as long as the block; skips where it is not installed."""
    found = sorted(POSTGRESQL.glob("*/bin/initdb"))
    if not found:
        skip("no PostgreSQL (apt-get install postgresql)")
    binaries = found[-1].parent
    run = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="qualityloop-pg-"))
    folder.chmod(0o777)
    cluster, port = folder / "data", _free_port()

    def call(*command: Any, check: bool = True) -> None:
        # Not captured through pipes: the server would keep them open.
        with (folder / "out").open("ab") as out:
            subprocess.run([*run, *map(str, command)], check=check, stdout=out, stderr=out, cwd=folder)

    options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=off -c max_connections=100"
    try:
        call(binaries / "initdb", "-D", cluster, "-A", "trust", "-U", "tester", "-E", "UTF8", "--no-sync")
        call(binaries / "pg_ctl", "-D", cluster, "-l", folder / "log", "-w", "-o", options, "start")
        yield f"postgres://tester@127.0.0.1:{port}/postgres"
    finally:
        call(binaries / "pg_ctl", "-D", cluster, "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def as_default(address: str, home: Path, blocker: Any) -> Iterator[None]:
    """Make the database at `address` (empty: SQLite in `home`) the default of this process, and migrate it."""
    from django.core.management import call_command
    from django.db import connections

    from qualityloop.config.database import database

    with blocker.unblock():
        settings, kept = connections.settings["default"], connections["default"]
        configured = connections.configure_settings({"default": database(address, home)})["default"]
        connections.settings["default"] = configured
        connections["default"] = connections.create_connection("default")
        try:
            call_command("migrate", interactive=False, verbosity=0)
            yield
        finally:
            connections["default"].close()
            connections.settings["default"] = settings
            connections["default"] = kept


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
        with as_default("", home, django_db_blocker):
            yield "sqlite"
        return
    with postgresql() as address, as_default(address, home, django_db_blocker):
        yield "postgresql"


@pytest.fixture
def database(served_database: str) -> str:
    """An empty database of our own, SQLite and PostgreSQL in turn; threads open connections of their own to it."""
    emptied()
    return served_database
