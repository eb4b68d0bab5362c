"""An import that is killed in its middle ends, begun again, as one that was not: rows, counts, rejected rows."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.db import connection
from tests.conftest import ROOT
from tests.databases import sqlite_as_default

LINES, BAD, SIZE, PIECES = 2_000, 20, 250, 3
MAPPING = """version: 1
zone: UTC
tables:
  - dataset: tickets
    files: [t.csv]
    columns: {ticket_id: id, created_at: at, team: team}
"""


def program(home: Path, *arguments: str) -> subprocess.Popen[str]:
    environ = {
        **{key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"},
        "QUALITYLOOP_HOME": str(home),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.collection.killed_import", *arguments],
        env=environ, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip


def outcome(number: int) -> tuple[Any, ...]:
    from qualityloop.collection.models import ImportRun
    from qualityloop.operations.models import Ticket

    run = ImportRun.objects.get(pk=number)
    rows = run.rejects.order_by("pk").values_list("file", "row", "dataset", "column", "reason_json", "raw_json")
    tickets = Ticket.objects.order_by("external_id").values_list("external_id", "created_at", "team__name", "batch_id")
    return (
        run.state,
        run.counts,
        run.delivered,
        list(rows),
        [t[:3] for t in tickets],
        {t[3] == run.batch_id for t in tickets},
    )


def test_killed_and_begun_again(tmp_path: Path, settings: Any, django_db_blocker: Any) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    settings.QUALITYLOOP_HOME = whole
    with sqlite_as_default(whole, django_db_blocker):
        number = started(settings)
        connection.close()
        shutil.copytree(whole, killed)
        assert program(whole, str(number), "0").wait(300) == 0
        expected = outcome(number)
    settings.QUALITYLOOP_HOME = killed
    with sqlite_as_default(killed, django_db_blocker):
        child = program(killed, str(number), "0.5")
        assert child.stdout is not None
        for _ in range(PIECES):
            assert child.stdout.readline() == "piece\n"
        child.send_signal(signal.SIGKILL)
        child.wait()
        left = outcome(number)
        assert left[0] == "running"
        assert len(left[4]) == (PIECES - 1) * SIZE  # the last one was not committed yet
        assert left[1]["tickets"]["created"] == len(left[4])
        connection.close()
        assert program(killed, str(number), "0").wait(300) == 0
        assert outcome(number) == expected
    assert expected[0] == "done"
    assert expected[1] == {"tickets": {"created": LINES - BAD, "updated": 0, "unchanged": 0, "rejected": BAD}}
    assert not list((killed / "importing").iterdir())  # nothing is left behind, not even of the killed one


def started(settings: Any) -> int:
    """An import that waits for a worker."""
    from qualityloop.collection.services import import_create, import_map, import_start

    lines = [f"T{n},2026-01-{n % 28 + 1:02} 08:00:00,班组{n % 7}" for n in range(LINES)]
    for n in range(0, LINES, LINES // BAD):
        lines[n] = f"T{n},never,班组"
    content = ("id,at,team\n" + "\n".join(lines) + "\n").encode()
    run = import_create(actor=None, files=[("t.csv", content)])
    import_map(actor=None, run=run, text=MAPPING)
    settings.QUALITYLOOP_JOBS = "queue"
    import_start(actor=None, run=run)
    return int(run.pk)
