"""Backing up an installation while it runs: database, stored files, own standards, secret key. Not the lake."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connection, connections, transaction
from django.utils import timezone

from qualityloop import __version__
from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.foundation.care import archive, postgresql

KEY = "secret.key"
# Derived, temporary, or the database itself, which is not copied as a file.
LEFT_OUT = ("lake", "cache", "static", "importing", "db.sqlite3*", ".*", "refresh-failed.json", "last-backup.json")
NOTE = "last-backup.json"


def backup(target: Path, *, key: bool = True) -> archive.Manifest:
    """Write a backup to `target`, a new file (.tar, .tar.gz) or an empty or new folder.

    The database is copied as of one moment, while others write. Stored files are copied before and after it: they
    are never changed, so that all that the copy names are there.
    """
    home = Path(settings.QUALITYLOOP_HOME)
    _check_target(target, home)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        inside = folder / archive.HOME
        inside.mkdir()
        _copy(home, inside, key)
        tables = _postgresql(folder) if connection.vendor == "postgresql" else _sqlite(folder)
        _copy(home, inside, key)
        manifest = archive.Manifest(
            made_at=timezone.now().isoformat(),
            version=__version__,
            database=connection.vendor,
            secret_key=(inside / KEY).is_file(),
            tables=tables,
        )
        archive.write(folder, manifest, target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    (home / NOTE).write_text(f'{{"at": "{manifest.made_at}"}}', encoding="utf-8")
    return manifest


def _check_target(target: Path, home: Path) -> None:
    if target.is_file() or (target.is_dir() and (archive.packing(target) or any(target.iterdir()))):
        raise AnalysisError(message("is there already; choose a new name"), Place(str(target)))
    if target.resolve().is_relative_to(home.resolve()):
        raise AnalysisError(message("lies in the home folder; a backup belongs elsewhere"), Place(str(target)))


def _copy(home: Path, inside: Path, key: bool) -> None:
    """Copy what is not there yet."""
    ignore = shutil.ignore_patterns(*LEFT_OUT, *([] if key else [KEY]))

    def once(source: str, copy: str) -> None:
        if not Path(copy).exists():
            try:
                shutil.copy2(source, copy)
            except FileNotFoundError:  # forgotten meanwhile
                return

    def listed(folder: str, names: list[str]) -> Iterable[str]:
        return ignore(folder, names) if Path(folder) == home else [n for n in names if n.startswith(".")]

    shutil.copytree(home, inside, ignore=listed, copy_function=once, dirs_exist_ok=True)


def _sqlite(folder: Path) -> dict[str, int]:
    """SQLite's own online backup: a copy as of one moment."""
    connection.ensure_connection()
    copy = folder / archive.SQLITE
    with closing(sqlite3.connect(copy)) as target:
        connection.connection.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
        names = [n for (n,) in target.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {n: target.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for n in names if "sqlite_" not in n}


def _postgresql(folder: Path) -> dict[str, int]:
    """A dump and the counts of rows from one exported snapshot."""
    given = connections.settings["default"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version_num')::int / 10000")
        snapshot, server = cursor.fetchone()
        dump = postgresql.program("pg_dump", server)
        postgresql.call(
            dump,
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--file={folder / archive.POSTGRESQL}",
            database=given,
        )
        names = sorted(connection.introspection.table_names(cursor))
        counts = {}
        for name in names:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")
            counts[name] = cursor.fetchone()[0]
    return counts
