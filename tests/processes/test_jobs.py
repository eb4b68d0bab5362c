"""Real workers on real databases, killed in the middle: nothing is lost, and what was to be done is done once."""

from __future__ import annotations

import pytest
from django.db import connection
from django_q.models import OrmQ

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.jobs.services import run_again, run_cancel
from tests.processes.programs import LEASE, kill, rows, running, states, until, working

pytestmark = pytest.mark.xdist_group("processes")
JOBS, STEPS = 14, 8


def test_workers_are_killed_and_everything_is_done_once_in_effect(environment: dict[str, str]) -> None:
    runs = [enqueue("proving.rows", number=n, steps=STEPS, pause=0.15) for n in range(JOBS)]
    with working(environment), working(environment):
        killed: list[int] = []
        for done in (1, 4, 7):
            until(lambda done=done: len(rows("SELECT DISTINCT number FROM proof")) > done, "further on")
            until(lambda: bool(set(running()) - set(killed)), "at work")
            killed.append((set(running()) - set(killed)).pop())
            kill(killed[-1])
        until(lambda: states() == ["done"] * JOBS, "all done")
    assert rows("SELECT number, step FROM proof ORDER BY 1, 2") == [(n, s) for n in range(JOBS) for s in range(STEPS)]
    assert not OrmQ.objects.exists()
    crashed = JobRun.objects.filter(crashes__gt=0)
    assert 1 <= crashed.count() <= 3
    assert set(JobRun.objects.exclude(pk__in=crashed).values_list("attempts", flat=True)) == {1}
    efforts = dict(rows("SELECT number, count(*) FROM effort GROUP BY number"))
    for number, run in enumerate(runs):  # only what broke off was begun anew
        assert (efforts[number] > STEPS) <= crashed.filter(pk=run.pk).exists()


def test_a_failure_is_seen_and_can_be_run_again(environment: dict[str, str]) -> None:
    director = account_create(username="lin", password="a good Passw0rd", role="director")
    with working(environment):
        run = enqueue("proving.fails")
        until(lambda: states() == ["failed"], "it fails")
        run.refresh_from_db()
        assert "nobody has put things right" in run.error
        assert "in fails" in run.traceback
        assert not OrmQ.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO proof (number, step) VALUES (4711, 0)")
        run_again(actor=director, run=run)
        until(lambda: states() == ["failed", "done"], "it is put right")


def test_cancelled_in_the_middle(environment: dict[str, str]) -> None:
    director = account_create(username="lin", password="a good Passw0rd", role="director")
    with working(environment):
        run = enqueue("proving.rows", number=1, steps=1000, pause=0.05)
        until(lambda: rows("SELECT count(*) FROM proof")[0][0] > 5, "at work")
        until(lambda: JobRun.objects.get(pk=run.pk).done > 0, "progress is seen")
        assert run_cancel(actor=director, run=JobRun.objects.get(pk=run.pk))
        until(lambda: states() == ["cancelled"], "stopped", 10)
    run.refresh_from_db()
    assert 0 < run.done < 1000


def test_a_run_that_is_worked_at_for_long_is_given_to_nobody_else(environment: dict[str, str]) -> None:
    with working(environment), working(environment):
        run = enqueue("proving.rows", number=1, steps=2 * LEASE + 2, pause=1)
        until(lambda: states() == ["done"], "done")
    run.refresh_from_db()
    assert (run.attempts, run.crashes) == (1, 0)
    assert len(rows("SELECT * FROM effort")) == 2 * LEASE + 2
