"""The chain on real databases: SQLite in a file, and a PostgreSQL of our own."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.audit_triggers import without_triggers

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.actions import ACCOUNT_CHANGED
from qualityloop.foundation.audit.models import AuditEntry, AuditHead
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.audit.verifying import Noted, verify
from qualityloop.foundation.models import User

pytestmark = pytest.mark.usefixtures("database")
TABLE = "foundation_auditentry"


def write(count: int, reason: str = "") -> None:
    """Entries 1 to `count` of an empty log."""
    for number in range(1, count + 1):
        with transaction.atomic():
            record(
                actor=None, action=ACCOUNT_CHANGED, record=None, reason=reason,
                before={"n": number}, after={"备注": f"第 {number} 次"},
            )  # fmt: skip


def fault(noted: Noted | None = None) -> str:
    return str(verify(noted).fault or "")


def test_the_hash_is_what_the_rules_say() -> None:
    """Computed again from the columns, without any code of ours."""
    write(3, reason="核对")
    before = "0" * 64
    for entry in AuditEntry.objects.order_by("sequence"):
        at = entry.at.astimezone(UTC)
        fields = {
            "sequence": entry.sequence, "at": at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond:06d}+00:00",
            "actor_id": None, "actor_name": "", "action": "account.changed", "model": "", "record_id": "",
            "record_label": "", "before_json": f'{{"n":{entry.sequence}}}',
            "after_json": f'{{"备注":"第 {entry.sequence} 次"}}', "reason": "核对", "address": "",
            "previous_hash": before,
        }  # fmt: skip
        text = ",".join(f'"{key}":{json.dumps(fields[key], ensure_ascii=False)}' for key in sorted(fields))
        before = hashlib.sha256(f"{{{text}}}".encode()).hexdigest()
        assert entry.hash == before
    checked = verify()
    assert (checked.count, checked.head, checked.fault) == (3, before, None)


def test_an_empty_log_is_in_order() -> None:
    assert (verify().count, verify().head, verify().fault) == (0, "0" * 64, None)


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {TABLE} SET reason = 'other' WHERE sequence = 2",
        f"DELETE FROM {TABLE} WHERE sequence = 2",
        f"DELETE FROM {TABLE}",
        "REPLACE",
        "TRUNCATE",
    ],
)
def test_triggers_refuse(statement: str) -> None:
    write(3)
    columns = ", ".join(field.column for field in AuditEntry._meta.concrete_fields)
    if statement == "TRUNCATE":
        statement = f"TRUNCATE {TABLE}" if connection.vendor == "postgresql" else f"DELETE FROM {TABLE} WHERE true"
    elif statement == "REPLACE" and connection.vendor == "sqlite":
        statement = f"INSERT OR REPLACE INTO {TABLE} ({columns}) SELECT {columns} FROM {TABLE} WHERE sequence = 2"
    elif statement == "REPLACE":
        statement = (
            f"INSERT INTO {TABLE} ({columns}) SELECT {columns} FROM {TABLE} WHERE sequence = 2 "
            "ON CONFLICT (sequence) DO UPDATE SET reason = 'other'"
        )
    with pytest.raises(DatabaseError, match="never changed"), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (verify().count, fault()) == (3, "")


def test_django_is_refused_too() -> None:
    write(1)
    entry = AuditEntry.objects.get()
    entry.reason = "other"
    with pytest.raises(DatabaseError, match="never changed"):
        entry.save()
    with pytest.raises(DatabaseError, match="never changed"):
        entry.delete()


def rehash(sequence: int) -> None:
    """Give an entry the hash that fits what now stands in it."""
    entry = AuditEntry.objects.get(pk=sequence)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET hash = %s WHERE sequence = %s", [entry.digest(), sequence])


def test_a_change_of_any_column_is_found() -> None:
    write(6)
    somebody = User.objects.create_user("somebody").pk
    columns = {field.column: "x" for field in AuditEntry._meta.concrete_fields if field.column != "sequence"}
    for column, value in {**columns, "actor_id": somebody, "at": "2001-01-01 00:00:00"}.items():
        right = AuditEntry.objects.values_list(column, flat=True).get(pk=4)
        with without_triggers() as cursor:
            cursor.execute(f"UPDATE {TABLE} SET {column} = %s WHERE sequence = 4", [value])
            assert (verify().count, fault()) == (3, "entry 4 was changed"), column
            restored = str(right.replace(tzinfo=None)) if column == "at" else right
            cursor.execute(f"UPDATE {TABLE} SET {column} = %s WHERE sequence = 4", [restored])
        assert fault() == "", column


def cut(cursor: Any, numbers: str) -> None:
    cursor.execute(f"DELETE FROM {TABLE} WHERE sequence {numbers}")


def swap(cursor: Any) -> None:
    for old, new in ((3, 99), (4, 3), (99, 4)):
        cursor.execute(f"UPDATE {TABLE} SET sequence = {new} WHERE sequence = {old}")


def renumber(cursor: Any) -> None:
    cut(cursor, "= 3")
    for old in (4, 5, 6):
        cursor.execute(f"UPDATE {TABLE} SET sequence = {old - 1} WHERE sequence = {old}")


def change_and_rehash(cursor: Any) -> None:
    cursor.execute(f"UPDATE {TABLE} SET reason = 'x' WHERE sequence = 3")
    rehash(3)


def put_in(cursor: Any) -> None:
    columns = [field.column for field in AuditEntry._meta.concrete_fields]
    names, last = ", ".join(columns), AuditEntry.objects.get(pk=6)
    values = ", ".join({"sequence": "7", "previous_hash": f"'{last.hash}'"}.get(name, name) for name in columns)
    cursor.execute(f"INSERT INTO {TABLE} ({names}) SELECT {values} FROM {TABLE} WHERE sequence = 6")
    rehash(7)


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (lambda c: cut(c, "= 1"), "entry 1 was removed"),
        (lambda c: cut(c, "= 3"), "entry 3 was removed"),
        (lambda c: cut(c, "IN (3, 4)"), "entries 3 to 4 were removed"),
        (lambda c: cut(c, "= 6"), "entry 6 was removed"),
        (lambda c: cut(c, "> 0"), "entries 1 to 6 were removed"),
        (swap, "entry 3 was moved: it now has the number 4"),
        (lambda c: c.execute(f"UPDATE {TABLE} SET sequence = 50 WHERE sequence = 2"),
         "entry 2 was moved: it now has the number 50"),
        (lambda c: c.execute(f"UPDATE {TABLE} SET sequence = 0 WHERE sequence = 2"), "entry 0 was put in"),
        (renumber, "entry 3 was removed, and those after it were given new numbers"),
        (change_and_rehash, "entry 3 was changed"),
        (put_in, "entry 7 was put in"),
        (lambda c: c.execute(f"UPDATE {TABLE} SET at = '2001-01-01 00:00:00' WHERE sequence = 5"),
         "entry 5 was changed"),
    ],
)  # fmt: skip
def test_tampering_is_found_and_named(tamper: Callable[[Any], None], said: str) -> None:
    write(6)
    with without_triggers() as cursor:
        tamper(cursor)
    assert fault() == said


def test_a_tail_cut_off_with_its_traces_is_found_by_a_noted_head() -> None:
    write(6)
    noted = Noted(6, verify().head)
    earlier = Noted(4, AuditEntry.objects.get(pk=4).hash)
    assert fault(noted) == fault(earlier) == ""
    with without_triggers() as cursor:
        cut(cursor, "> 4")
        AuditHead.objects.update(sequence=4, hash=AuditEntry.objects.get(pk=4).hash)
    assert fault() == ""  # nothing inside the database can show it
    assert fault(earlier) == ""
    assert fault(noted) == "entries 5 to 6 were removed"


def test_a_chain_written_anew_is_found() -> None:
    """Whoever recomputes every hash after a change meets the head, and a noted head where that is made to fit too."""
    write(4)
    noted = Noted(2, AuditEntry.objects.get(pk=2).hash)
    with without_triggers() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET reason = 'x' WHERE sequence = 1")
        for number in range(1, 5):
            if number > 1:
                last = AuditEntry.objects.get(pk=number - 1).hash
                cursor.execute(f"UPDATE {TABLE} SET previous_hash = %s WHERE sequence = %s", [last, number])
            rehash(number)
    assert fault().startswith("entry 4 is not the one that was written last")
    AuditHead.objects.update(hash=AuditEntry.objects.get(pk=4).hash)
    assert fault() == ""
    assert fault(noted).startswith("entry 2 does not have the hash that was noted")


def test_concurrent_writers_leave_one_chain_without_gaps() -> None:
    """Eight threads, fifty writes each; one in ten is taken back and leaves nothing."""
    failures: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for number in range(50):
                try:
                    with transaction.atomic():
                        record(actor=None, action=ACCOUNT_CHANGED, record=None, before=None,
                               after={"thread": thread, "number": number})  # fmt: skip
                        if number % 10 == 9:
                            raise LookupError
                except LookupError:
                    continue
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list(AuditEntry.objects.order_by("sequence").values_list("sequence", flat=True)) == list(range(1, 361))
    assert (verify().count, fault()) == (360, "")
    written = [(e.after["thread"], e.after["number"]) for e in AuditEntry.objects.order_by("sequence")]
    assert sorted(written) == [(t, n) for t in range(8) for n in range(50) if n % 10 != 9]
    for thread in range(8):  # each in its own order
        assert [n for t, n in written if t == thread] == [n for n in range(50) if n % 10 != 9]


def test_outside_a_transaction_it_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError, match="transaction of its write"):
        record(actor=None, action=ACCOUNT_CHANGED, record=None, before=None, after=None)
    assert not AuditEntry.objects.exists()


def test_a_write_taken_back_leaves_no_entry() -> None:
    def work() -> None:
        with transaction.atomic():
            account_create(username="lin", password="a good Passw0rd", role="qc")
            assert AuditEntry.objects.count() == 1
            raise LookupError

    with pytest.raises(LookupError):
        work()
    assert not AuditEntry.objects.exists()
    assert not User.objects.exists()
    assert (verify().count, fault()) == (0, "")


def test_a_write_whose_entry_fails_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(AuditEntry, "save", broken)
    with pytest.raises(OSError, match="disk is full"):
        account_create(username="lin", password="a good Passw0rd", role="qc")
    assert not User.objects.exists()


def test_any_text_can_be_kept() -> None:
    values = {"name": "漢字🙂", "share": 0.1, "big": 1e300, "list": [1, None, True]}
    odd = "a\x00b\ud800“=cmd”\n漢字🙂" + "长" * 300
    with transaction.atomic():
        account = User.objects.create_user("odd", None, name="长" * 140)
        record(
            actor=account, action=ACCOUNT_CHANGED, record=account, before={"name": "a\x00b"}, after=values,
            reason=odd, address="::1",
        )  # fmt: skip
    entry = AuditEntry.objects.get()
    assert entry.before == {"name": "a\x00b"}
    assert entry.after == values
    assert entry.actor_id == account.pk
    assert entry.actor_name == "长" * 140 + " (odd)"
    assert fault() == ""


def test_who_has_done_something_cannot_be_deleted() -> None:
    with transaction.atomic():
        account = User.objects.create_user("lin", None)
        record(actor=account, action=ACCOUNT_CHANGED, record=account, before=None, after=None)
    with pytest.raises(DatabaseError):
        account.delete()


def test_the_triggers_go_and_come_with_the_migration() -> None:
    from django.core.management import call_command

    call_command("migrate", "foundation", "0001", verbosity=0)
    assert TABLE not in connection.introspection.table_names()
    call_command("migrate", "foundation", verbosity=0)
    test_triggers_refuse(f"DELETE FROM {TABLE}")
