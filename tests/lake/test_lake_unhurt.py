"""Killed anywhere, or with others writing meanwhile: readers see one snapshot, and the next refresh is right."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.indicators.evaluate import evaluate
from qualityloop.analysis.indicators.loading import load_standard
from qualityloop.analysis.lake import Lake
from qualityloop.foundation.lake.extraction import database_file
from qualityloop.foundation.lake.facts import registered
from qualityloop.foundation.lake.reading import lake_path
from qualityloop.foundation.lake.refreshing import OVERLAP
from qualityloop.operations.models import Ticket, TicketEvent
from tests.conftest import ROOT
from tests.lake.world import BEGIN, MONTH, built_anew, change, delete, event, held, shown, ticket, up_to_date

pytestmark = pytest.mark.usefixtures("home")

# Says when it is ready, waits for a word, refreshes. With a number it kills itself before that many renames.
PROGRAM = """
import os, signal, sys
from pathlib import Path
from qualityloop.config.prepare import set_up
set_up()
from qualityloop.foundation.lake.refreshing import bring_up_to_date
left, real = int(sys.argv[1]), Path.replace
def counted(self, target):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)
Path.replace = counted
print("ready", flush=True)
sys.stdin.readline()
bring_up_to_date()
"""


@contextmanager
def refreshing(settings: Any, renames: int = -1) -> Iterator[subprocess.Popen[str]]:
    """A process that is ready to refresh the lake of this test."""
    environ = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    environ |= {"PYTHONPATH": str(ROOT / "src"), "QUALITYLOOP_HOME": str(settings.QUALITYLOOP_HOME)}
    if connection.vendor == "postgresql":
        given = connection.settings_dict
        environ["QUALITYLOOP_DATABASE"] = f"postgres://{given['USER']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
    command = [sys.executable, "-c", PROGRAM, str(renames)]
    with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        try:
            yield child
        finally:
            child.kill()


def begin(child: subprocess.Popen[str]) -> None:
    """Let it refresh."""
    assert child.stdin is not None
    child.stdin.write("go\n")
    child.stdin.flush()


@pytest.fixture
def here(settings: Any, home: Path) -> Any:
    """Settings whose home a process of its own finds too: on SQLite it holds the database."""
    file = database_file()
    settings.QUALITYLOOP_HOME = file.parent if file else home
    for left in ("lake/manifest.json", "refresh-failed.json"):
        (settings.QUALITYLOOP_HOME / left).unlink(missing_ok=True)
    return settings


def _department(months: int = 12) -> None:
    rows = [Ticket(number=f"T{n}", created_at=BEGIN + (n % months) * MONTH, status="新") for n in range(3000)]
    Ticket.objects.bulk_create(rows)
    first = Ticket.objects.first()
    batch = event(first, 0).batch
    TicketEvent.objects.bulk_create(
        TicketEvent(ticket=first, seq=n, at=BEGIN + timedelta(hours=n), activity="受理", batch=batch)
        for n in range(1, 2000)
    )


def _everything_changes(word: str) -> None:
    for record in Ticket.objects.filter(number__endswith="7"):
        change(record, status=word, created_at=record.created_at + timedelta(days=1))
    delete(Ticket.objects.order_by("-pk")[0])


def test_killed_at_every_step_of_the_commit_nothing_is_half(here: Any) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("the commit has no part in the database; once is enough")
    _department(months=2)
    before = up_to_date().lake.snapshot
    _everything_changes("改")
    for renames in range(1, 100):
        with refreshing(here, renames) as child:
            begin(child)
            code = child.wait(timeout=60)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        assert Lake.open(lake_path()).snapshot == before
        assert len(shown()["tickets"]) == 3000
    up_to_date()
    assert shown() == held()
    assert list(lake_path().glob(".staging-*")) == []


def test_killed_at_any_time_readers_keep_what_they_had_and_the_next_refresh_is_right(here: Any) -> None:
    _department()
    chance = random.Random(7)
    up_to_date()
    for number in range(3):
        _everything_changes(f"第{number}次")
        before = shown()
        with refreshing(here) as child:
            begin(child)
            time.sleep(chance.uniform(0.0, 1.5))
            child.send_signal(signal.SIGKILL)
            child.wait()
        assert shown() in (before, held())
    up_to_date()
    assert shown() == held()


def test_who_writes_while_the_lake_is_refreshed_loses_nothing() -> None:
    event(ticket("T0"), 1)  # the batch of the events is there before several ask for it
    up_to_date()
    enough, written = threading.Event(), []

    def write(name: str) -> None:
        try:
            for n in count():
                with transaction.atomic():
                    made = ticket(f"{name}{n}", n % 4)
                    event(made, 1)
                if n % 3 == 0:
                    change(made, status="改", created_at=BEGIN)
                if n % 10 == 0:
                    delete(made)
                if enough.is_set():
                    break
            written.append(n)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
    for writer in writers:
        writer.start()
    for _ in range(4):
        up_to_date(overlap=OVERLAP)
    enough.set()
    for writer in writers:
        writer.join()
    assert len(written) == 3
    assert sum(written) > 10
    up_to_date(overlap=OVERLAP)
    assert shown() == held()


def test_what_a_long_transaction_writes_is_found_when_it_ends() -> None:
    first = ticket("T0")
    for seq in range(5):
        event(first, seq)
    up_to_date()
    wrote, may_end = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                change(first, status="改")
                event(first, 10, "早写晚交")
                wrote.set()
                may_end.wait(60)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    wrote.wait(60)
    if connection.vendor == "postgresql":  # others go on meanwhile, with higher numbers
        event(first, 11, "晚写早交")
    time.sleep(1.2)
    second = timedelta(seconds=1)  # the time of a change is taken before the transaction begins
    for _ in range(2):
        up_to_date(overlap=second)
        assert shown() == held()
    may_end.set()
    writer.join()
    up_to_date(overlap=second)
    assert shown() == held()
    assert shown()["tickets"][0][list(registered()["tickets"].sources).index("status")] == "改"


def test_changes_are_looked_up_by_index() -> None:
    _department()
    up_to_date()
    if connection.vendor == "sqlite":
        query = Ticket.objects.filter(changed_at__gte=BEGIN).values_list("pk")
        assert "USING INDEX" in query.explain().replace("COVERING ", "")
    change(Ticket.objects.get(number="T5"), status="x")
    assert up_to_date().rows_read == 1


def test_numbers_are_the_same_after_building_anew(home: Path, settings: Any) -> None:
    chance = random.Random(3)
    for n in range(400):
        created = BEGIN + timedelta(minutes=n * 300)
        asked, times = chance.choice(["online", "phone"]), chance.choice([1, 1, 2])
        made = Ticket.objects.create(number=f"T{n}", created_at=created, channel=asked, contacts=times)
        if n % 2:
            up = created + timedelta(minutes=chance.randint(1, 60))
            change(made, first_response_at=up, resolved_at=up + timedelta(hours=chance.randint(1, 90)))
        if n % 80 == 0:
            up_to_date()
    up_to_date()
    values, standard = [], load_standard("after-sales")
    for lake in (Lake.open(lake_path()), built_anew(home / "anew", settings)):
        start, end = lake.datasets["tickets"].days("created_at_day") or (date.min, date.min)
        with open_engine() as engine:
            found = evaluate(
                lake, standard, engine=engine, start=start, end=end, grain="month", groupings=[(), ("channel",)]
            )
        values.append(found.values)
    assert values[0] == values[1]
    assert any(value.value is not None for value in values[0])
