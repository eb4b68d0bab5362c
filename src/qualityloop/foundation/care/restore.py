"""Restoring a backup into an empty place. Needs no settings: they would make a home that is not empty any more."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.foundation.care import archive, postgresql


def restore(source: Path, home: Path, database: Mapping[str, Any]) -> archive.Manifest:
    """Put a backup into `home` and `database` (Django's names), both of them empty.

    Every file is checked against its SHA-256 before anything is put in its place; what breaks off leaves nothing.
    """
    if not source.exists():
        raise AnalysisError(message("there is no such backup"), Place(str(source)))
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise AnalysisError(message("is not empty; a backup is restored into an empty place only"), Place(str(home)))
    home.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{home.name}-", dir=home.parent))
    try:
        manifest = archive.unpack(source, folder)
        inside = folder / archive.HOME
        inside.mkdir(exist_ok=True)
        kind = "sqlite" if database["ENGINE"].endswith("sqlite3") else "postgresql"
        if kind != manifest.database:
            raise AnalysisError(
                message("the backup is of {kind}; set QUALITYLOOP_DATABASE accordingly", kind=manifest.database)
            )
        if kind == "sqlite":
            (folder / archive.SQLITE).rename(inside / "db.sqlite3")
            _check_sqlite(inside / "db.sqlite3", manifest)
        else:
            _postgresql(folder / archive.POSTGRESQL, database, manifest)
        inside.chmod(0o700)
        if home.exists():
            home.rmdir()
        inside.rename(home)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return manifest


def _check_sqlite(file: Path, manifest: archive.Manifest) -> None:
    with closing(sqlite3.connect(file)) as opened:
        said = opened.execute("PRAGMA quick_check").fetchone()[0]
        counts = {n: opened.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in manifest.tables}
    if said != "ok" or counts != manifest.tables:
        raise AnalysisError(message("the database in the backup is damaged: {reason}", reason=said))


def _postgresql(dump: Path, database: Mapping[str, Any], manifest: archive.Manifest) -> None:
    with _connected(database) as opened:
        server = opened.info.server_version // 10000
        found = opened.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'S')"
        ).fetchone()
        if found and found[0]:
            raise AnalysisError(
                message("is not empty; a backup is restored into an empty place only"), Place(str(database["NAME"]))
            )
    program = postgresql.program("pg_restore", server)
    arguments = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(dump))
    postgresql.call(program, *arguments, database=database)
    with _connected(database) as opened:
        for name, rows in manifest.tables.items():
            query = psycopg.sql.SQL("SELECT count(*) FROM {}").format(psycopg.sql.Identifier(name))
            counted = opened.execute(query).fetchone()
            if counted is None or counted[0] != rows:
                raise AnalysisError(message("the database in the backup is damaged: {reason}", reason=name))


def _connected(database: Mapping[str, Any]) -> psycopg.Connection[tuple[Any, ...]]:
    names = (("host", "HOST"), ("port", "PORT"), ("user", "USER"), ("password", "PASSWORD"), ("dbname", "NAME"))
    given = {option: str(database[name]) for option, name in names if database.get(name)}
    try:
        return psycopg.connect(**given)  # type: ignore[arg-type]
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise AnalysisError(message("the database cannot be reached: {reason}", reason=reason)) from error
