"""Backup and restore: every row of every table and every file is the same afterwards, even while others write."""

from __future__ import annotations

import hashlib
import io
import shutil
import sqlite3
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, connections, transaction
from tests.lake.world import event, ticket

from qualityloop.analysis.messages import AnalysisError
from qualityloop.config.database import sqlite
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.care import postgresql
from qualityloop.foundation.care.backup import backup
from qualityloop.foundation.care.restore import restore
from qualityloop.foundation.files.purposes import PURPOSES, purpose
from qualityloop.foundation.files.store import file_keep, path_of

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch, home: Path) -> str:
    """People, an audit log, a stored file; the SHA-256 of the file."""
    monkeypatch.setattr("qualityloop.foundation.files.purposes.PURPOSES", {})
    PURPOSES.pop("test", None)
    one = purpose("test", "test", allows=lambda user, file: True, types={"txt"})
    monkeypatch.setitem(PURPOSES, "test", one)
    admin = account_create(username="admin", password="a good Passw0rd", role="admin", name="管理员")
    stored = file_keep("录音".encode(), name="录音.txt", purpose="test", actor=admin)
    (home / "standards").mkdir(exist_ok=True)
    (home / "standards" / "own.yaml").write_text("key: own\n", encoding="utf-8")
    (home / "lake").mkdir(exist_ok=True)
    (home / "lake" / "derived").write_text("x", encoding="utf-8")
    return stored.sha256


@pytest.fixture
def elsewhere(database: str, tmp_path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """An empty place: home and database."""
    home = tmp_path / "elsewhere"
    if database == "sqlite":
        yield home, sqlite(home / "db.sqlite3")
        return
    given = dict(connections.settings["default"])
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS elsewhere")
        cursor.execute("CREATE DATABASE elsewhere")
    yield home, {**given, "NAME": "elsewhere"}
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE elsewhere WITH (FORCE)")


def rows_of(database: dict[str, Any]) -> dict[str, list[str]]:
    """Every table with its rows as text, in an order that does not depend on where they lie."""
    if database["ENGINE"].endswith("sqlite3"):
        with closing(sqlite3.connect(database["NAME"])) as opened:
            names = [n for (n,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {n: sorted(map(repr, opened.execute(f'SELECT * FROM "{n}"'))) for n in names}
    place = f"host={database['HOST']} port={database['PORT']} user={database['USER']} dbname={database['NAME']}"
    with psycopg.connect(place) as opened:
        found = opened.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {n: sorted(map(repr, opened.execute(f'SELECT * FROM "{n}"').fetchall())) for (n,) in found}


def digests(rows: dict[str, list[str]]) -> dict[str, str]:
    return {name: hashlib.sha256("\n".join(lines).encode()).hexdigest() for name, lines in rows.items()}


def files_of(folder: Path) -> dict[str, str]:
    """What a backup is to keep of a home folder."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file() and file.relative_to(folder).parts[0] in ("files", "standards", "secret.key")
    }


@pytest.mark.parametrize("name", ["folder", "one.tar", "one.tar.gz"])
def test_everything_is_the_same_after_a_restore(
    tmp_path: Path, home: Path, kept: str, elsewhere: tuple[Path, dict[str, Any]], name: str
) -> None:
    made = event(ticket("T1", subject="你好\t'\""), 1)
    before = rows_of(connections.settings["default"])
    written = backup(tmp_path / name)
    assert written.tables == {table: len(rows) for table, rows in before.items() if table != "sqlite_sequence"}
    restore(tmp_path / name, *elsewhere)
    assert digests(rows_of(elsewhere[1])) == digests(before)
    assert len(before["operations_ticketevent"]) == 1, made
    assert files_of(elsewhere[0]) == files_of(home)
    assert any(path.endswith(kept) for path in files_of(elsewhere[0]))
    assert not (elsewhere[0] / "lake").exists()


def test_a_backup_is_of_one_moment_while_others_write(tmp_path: Path, elsewhere: tuple[Path, dict[str, Any]]) -> None:
    begun, enough = threading.Event(), threading.Event()

    def write() -> None:
        try:
            for n in count():
                with transaction.atomic():
                    event(ticket(f"T{n:06}"), 1)
                if n == 20:
                    begun.set()
                if enough.is_set():
                    return
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    begun.wait(60)
    backup(tmp_path / "while.tar")
    enough.set()
    writer.join()
    restore(tmp_path / "while.tar", *elsewhere)
    whole, part = rows_of(connections.settings["default"]), rows_of(elsewhere[1])
    assert 20 < len(part["operations_ticket"]) <= len(whole["operations_ticket"])
    assert len(part["operations_ticket"]) == len(part["operations_ticketevent"])  # both or neither
    for table in ("operations_ticket", "operations_ticketevent", "foundation_auditentry"):
        assert set(part[table]) <= set(whole[table])
    assert part["foundation_auditentry"] == whole["foundation_auditentry"]


def test_the_chain_of_the_audit_log_holds_in_the_copy_and_nobody_can_change_it(
    tmp_path: Path, elsewhere: tuple[Path, dict[str, Any]]
) -> None:
    backup(tmp_path / "b")
    restore(tmp_path / "b", *elsewhere)
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(elsewhere[1]["NAME"])) as opened, pytest.raises(sqlite3.Error):
            opened.execute("DELETE FROM foundation_auditentry")
        return
    given = elsewhere[1]
    place = f"host={given['HOST']} port={given['PORT']} user={given['USER']} dbname={given['NAME']}"
    with psycopg.connect(place) as opened, pytest.raises(psycopg.Error):
        opened.execute("DELETE FROM foundation_auditentry")


def test_only_an_empty_place_is_filled(tmp_path: Path, elsewhere: tuple[Path, dict[str, Any]]) -> None:
    backup(tmp_path / "b")
    elsewhere[0].mkdir()
    (elsewhere[0] / "something").touch()
    with pytest.raises(AnalysisError, match="is not empty"):
        restore(tmp_path / "b", *elsewhere)
    (elsewhere[0] / "something").unlink()
    restore(tmp_path / "b", *elsewhere)
    with pytest.raises(AnalysisError, match="is not empty"):
        restore(tmp_path / "b", *elsewhere)
    if connection.vendor == "postgresql":
        shutil.rmtree(elsewhere[0])
        with pytest.raises(AnalysisError, match="is not empty"):
            restore(tmp_path / "b", *elsewhere)
        assert not elsewhere[0].exists()


def test_a_backup_that_was_changed_is_refused_and_nothing_is_left(
    tmp_path: Path, elsewhere: tuple[Path, dict[str, Any]]
) -> None:
    backup(tmp_path / "b")
    own = tmp_path / "b" / "home" / "standards" / "own.yaml"
    own.write_text("key: other\n", encoding="utf-8")
    with pytest.raises(AnalysisError, match="not as it was written"):
        restore(tmp_path / "b", *elsewhere)
    own.unlink()
    with pytest.raises(AnalysisError, match="missing"):
        restore(tmp_path / "b", *elsewhere)
    own.write_text("key: own\n", encoding="utf-8")
    (tmp_path / "b" / "home" / "more").touch()
    with pytest.raises(AnalysisError, match="does not name"):
        restore(tmp_path / "b", *elsewhere)
    assert not elsewhere[0].exists()
    assert not list(tmp_path.glob(".elsewhere*"))


def test_what_is_no_backup_is_refused(tmp_path: Path, elsewhere: tuple[Path, dict[str, Any]]) -> None:
    with pytest.raises(AnalysisError, match="no such backup"):
        restore(tmp_path / "nothing", *elsewhere)
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.tar").write_text("no tar", encoding="utf-8")
    with tarfile.open(tmp_path / "bad.tar", "w") as tar:
        entry = tarfile.TarInfo("../outside")
        entry.size = 1
        tar.addfile(entry, io.BytesIO(b"x"))
    for name in ("empty", "text.tar", "bad.tar"):
        with pytest.raises(AnalysisError, match="no backup"):
            restore(tmp_path / name, *elsewhere)
    assert not (tmp_path / "outside").exists()


def test_targets_that_make_no_sense_are_refused(tmp_path: Path, home: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    (tmp_path / "there.tar").touch()
    for target in (tmp_path / "full", tmp_path / "there.tar"):
        with pytest.raises(AnalysisError, match="there already"):
            backup(target)
    with pytest.raises(AnalysisError, match="home folder"):
        backup(home / "b.tar")


def test_the_key_may_be_left_out_and_others_may_not_read_a_backup(tmp_path: Path) -> None:
    assert not backup(tmp_path / "b.tar", key=False).secret_key
    assert backup(tmp_path / "c.tar").secret_key
    assert (tmp_path / "b.tar").stat().st_mode & 0o077 == 0
    with tarfile.open(tmp_path / "b.tar") as tar:
        assert "home/secret.key" not in tar.getnames()
    backup(tmp_path / "folder")
    assert (tmp_path / "folder").stat().st_mode & 0o077 == 0


def test_without_the_programs_of_postgresql_it_says_what_to_install(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database == "sqlite":
        backup(tmp_path / "b.tar")  # needs none
        return
    monkeypatch.setattr(postgresql, "INSTALLED", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AnalysisError, match="pg_dump of version"):
        backup(tmp_path / "b.tar")
    assert not list(tmp_path.glob(".b.tar*"))


def test_a_file_that_a_row_names_is_in_the_backup(tmp_path: Path, kept: str) -> None:
    written = backup(tmp_path / "b.tar")
    assert f"home/{path_of(kept).relative_to(path_of(kept).parents[3]).as_posix()}" in written.files
