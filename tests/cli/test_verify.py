"""`qualityloop verify`, on SQLite and on PostgreSQL."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection, transaction

from qualityloop.foundation.audit.actions import ACCOUNT_CHANGED
from qualityloop.foundation.audit.models import AuditEntry, AuditHead
from qualityloop.foundation.audit.recording import record
from tests.audit_triggers import without_triggers
from tests.cli.conftest import Run
from tests.cli.test_demo_and_serve import program
from tests.databases import database, served_database

__all__ = ["database", "served_database"]


def write(count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            record(actor=None, action=ACCOUNT_CHANGED, record=None, before=None, after={"n": number})


@pytest.mark.usefixtures("database")
def test_a_log_in_order(run: Run) -> None:
    write(5)
    done = run("verify")
    assert done.code == 0, done.err
    assert done.text == f"5 {AuditEntry.objects.get(pk=5).hash}\n"
    command = re.search(r"qualityloop (verify --head \w{64} --at 5)", done.err)
    assert command
    write(3)
    again = run(*command[1].split())
    assert again.code == 0, again.err
    assert again.text.startswith("8 ")


@pytest.mark.usefixtures("database")
def test_nothing_written_yet(run: Run) -> None:
    done = run("verify", "--quiet")
    assert (done.code, done.text, done.err) == (0, f"0 {'0' * 64}\n", "")


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE {table} SET after_json = '{{}}' WHERE sequence = 3",
            "entry 3 was changed. Entries 1 to 2 are in order",
        ),
        ("DELETE FROM {table} WHERE sequence = 1", "entry 1 was removed."),
        ("UPDATE {table} SET sequence = 9 WHERE sequence = 2", "entry 2 was moved: it now has the number 9"),
    ],
)
def test_tampering_is_named(run: Run, statement: str, said: str) -> None:
    write(5)
    with without_triggers() as cursor:
        cursor.execute(statement.format(table=AuditEntry._meta.db_table))
    done = run("verify")
    assert done.code == 1
    assert said in done.err
    assert done.out == b""


@pytest.mark.usefixtures("database")
def test_a_tail_cut_off_is_found_by_the_head_that_was_noted(run: Run) -> None:
    write(5)
    head = AuditEntry.objects.get(pk=5).hash
    with without_triggers() as cursor:
        cursor.execute("DELETE FROM foundation_auditentry WHERE sequence > 3")
    AuditHead.objects.update(sequence=3, hash=AuditEntry.objects.get(pk=3).hash)
    assert run("verify").code == 0
    done = run("verify", "--head", head.upper(), "--at", "5")
    assert done.code == 1
    assert "entries 4 to 5 were removed" in done.err


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--head", "0" * 64), "belong together"),
        (("--at", "3"), "belong together"),
        (("--head", "abc", "--at", "3"), "64 hexadecimal digits"),
        (("--head", "0" * 64, "--at", "-1"), "--at"),
    ],
)
def test_wrong_use(run: Run, wrong: tuple[str, ...], said: str) -> None:
    done = run("verify", *wrong)
    assert done.code == 2
    assert said in done.err


def test_no_database_is_said_and_none_is_made(tmp_path: Path) -> None:
    done = program(tmp_path / "nowhere", "verify")
    assert done.returncode == 1
    assert "there is no database here" in done.stderr
    assert not (tmp_path / "nowhere" / "db.sqlite3").exists()


@pytest.mark.usefixtures("database")
def test_a_database_without_the_log_is_said(run: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE foundation_auditentry RENAME TO elsewhere")
        try:
            done = run("verify")
        finally:
            cursor.execute("ALTER TABLE elsewhere RENAME TO foundation_auditentry")
    assert done.code == 1
    assert "no audit log yet" in done.err
