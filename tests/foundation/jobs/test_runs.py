"""One run from being asked for to its end: what it is called with, how it fails, how it is cancelled and repeated."""

from __future__ import annotations

import pydoc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation
from django_q.models import OrmQ, Schedule
from django_q.scheduler import scheduler

from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.jobs import Later, Progress, care, enqueue, job, registry, schedule
from qualityloop.foundation.jobs.models import JobRun, State
from qualityloop.foundation.jobs.performing import MOST_CRASHES, perform, scheduled
from qualityloop.foundation.jobs.queries import runs_for, runs_listed, schedules
from qualityloop.foundation.jobs.services import enqueue_scheduled, run_again, run_cancel
from qualityloop.foundation.models import User

pytestmark = pytest.mark.django_db
Commit = Callable[..., Any]


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Jobs of our own; what they were called with."""
    monkeypatch.setattr(registry, "KINDS", {})
    monkeypatch.setattr(registry, "SCHEDULES", {})
    for module in ("services", "performing", "queue", "queries", "views", "care"):
        for name in ("KINDS", "SCHEDULES"):
            monkeypatch.setattr(f"qualityloop.foundation.jobs.{module}.{name}", getattr(registry, name), raising=False)
    calls: list[Any] = []

    @job("t.work", "Work")
    def work(progress: Progress, *, n: int) -> None:
        calls.append((progress.run.pk, n))
        progress(n, 10, message("step {n}", n=n))

    @job("t.refused", "Refused")
    def refused(progress: Progress) -> None:
        raise AnalysisError(message("the file is empty"), Place("a.csv"))

    @job("t.broken", "Broken", quiet=True)
    def broken(progress: Progress) -> None:
        raise KeyError("secret detail")

    @job("t.later", "Later")
    def later(progress: Progress) -> None:
        calls.append("later")
        raise Later(90, message("step {n}", n=1))

    schedule("t.refused", cron="*/5 * * * *")
    return calls


@pytest.fixture
def lin() -> User:
    return account_create(username="lin", password="a good Passw0rd", role="director", name="林岚")


def queued(settings: Any, *args: Any, **arguments: Any) -> JobRun:
    """A run in the queue, as in production, with nobody to work at it."""
    settings.QUALITYLOOP_JOBS = "queue"
    run = enqueue(*args, **arguments)
    settings.QUALITYLOOP_JOBS = "now"
    return run


def test_it_runs_at_commit(declared: list[Any], lin: User, django_capture_on_commit_callbacks: Commit) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = enqueue("t.work", actor=lin, n=4)
        assert declared == []
    run.refresh_from_db()
    assert declared == [(run.pk, 4)]
    assert (run.state, run.done, run.total, run.attempts, run.actor) == ("done", 4, 10, 1, lin)
    assert run.started_at is not None
    assert run.ended_at is not None
    with translation.override("en"):
        assert run.text == "step 4"


def test_nothing_is_queued_when_the_transaction_fails(declared: list[Any], settings: Any) -> None:
    settings.QUALITYLOOP_JOBS = "queue"
    with transaction.atomic():
        enqueue("t.work", n=1)
        assert (JobRun.objects.count(), OrmQ.objects.count()) == (1, 1)
        transaction.set_rollback(True)
    assert (JobRun.objects.count(), OrmQ.objects.count()) == (0, 0)


def test_wrong_calls_are_refused_at_once(declared: list[Any]) -> None:
    with pytest.raises(TypeError):
        enqueue("t.work", m=1)
    with pytest.raises(KeyError):
        enqueue("t.nothing")
    with pytest.raises(TypeError):
        enqueue("t.work", n=object())
    with pytest.raises(ValueError, match="twice"):
        job("t.work", "")(lambda progress: None)
    with pytest.raises(ValueError, match="cron"):
        schedule("t.work", cron="every day")


def test_once_means_one_while_it_waits_or_runs(declared: list[Any], settings: Any) -> None:
    first = queued(settings, "t.work", once="x", n=1)
    assert queued(settings, "t.work", once="x", n=2) == first
    assert queued(settings, "t.work", once="y", n=2) != first
    JobRun.objects.filter(pk=first.pk).update(state=State.RUNNING)
    assert queued(settings, "t.work", once="x", n=2) == first
    JobRun.objects.filter(pk=first.pk).update(state=State.DONE)
    assert queued(settings, "t.work", once="x", n=2) != first


def test_a_failure_is_told_in_words_and_in_both_languages(declared: list[Any]) -> None:
    run = enqueue("t.refused")
    perform(run.pk)
    run.refresh_from_db()
    assert run.state == State.FAILED
    with translation.override("en"):
        assert run.error == "a.csv: the file is empty"
    with translation.override("zh-hans"):
        assert run.error == "a.csv: 文件是空的"
    assert "AnalysisError" in run.traceback


def test_a_fault_of_ours_is_kept_with_its_place(declared: list[Any]) -> None:
    run = enqueue("t.broken")
    perform(run.pk)
    run.refresh_from_db()
    assert run.state == State.FAILED
    assert "KeyError" in run.error
    assert "in broken" in run.traceback


def test_an_ended_run_is_not_done_again(declared: list[Any]) -> None:
    run = enqueue("t.work", n=1)
    perform(run.pk)
    perform(run.pk)
    assert len(declared) == 1


def test_a_run_whose_worker_still_answers_is_left_alone(declared: list[Any]) -> None:
    run = enqueue("t.work", n=1)
    soon = timezone.now() + timedelta(seconds=5)
    JobRun.objects.filter(pk=run.pk).update(state=State.RUNNING, token="other", lease_until=soon)
    perform(run.pk)
    assert declared == []
    JobRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    perform(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts, run.crashes, len(declared)) == ("done", 1, 1, 1)


def test_a_run_that_kills_its_workers_fails_in_the_end(declared: list[Any]) -> None:
    run = enqueue("t.work", n=1)
    past = timezone.now() - timedelta(seconds=1)
    JobRun.objects.filter(pk=run.pk).update(state=State.RUNNING, lease_until=past, crashes=MOST_CRASHES - 1)
    perform(run.pk)
    run.refresh_from_db()
    assert (run.state, declared) == (State.FAILED, [])
    assert str(MOST_CRASHES) in run.error


def test_later_puts_it_back_for_then(declared: list[Any], settings: Any) -> None:
    with time_machine.travel(datetime(2026, 3, 1, 8, 0, tzinfo=UTC), tick=False) as clock:
        run = queued(settings, "t.later")
        before = run.queue_row
        settings.QUALITYLOOP_JOBS = "queue"
        perform(run.pk)
        run.refresh_from_db()
        assert (run.state, run.due_at) == (State.QUEUED, datetime(2026, 3, 1, 8, 1, 30, tzinfo=UTC))
        row = OrmQ.objects.get()  # the old one is gone: django-q2 takes it out itself
        assert (row.pk, row.lock) == (run.queue_row, run.due_at)
        assert row.pk != before
        perform(run.pk)  # too early
        assert declared == ["later"]
        clock.shift(90)
        perform(run.pk)
        assert declared == ["later", "later"]
        run.refresh_from_db()
        assert (run.attempts, run.crashes) == (2, 0)


def test_the_queue_lets_go_with_the_end(declared: list[Any], settings: Any) -> None:
    run = queued(settings, "t.work", n=1)
    assert OrmQ.objects.get().pk == run.queue_row
    perform(run.pk)
    assert not OrmQ.objects.exists()


def test_cancelling_what_waits_and_what_runs(declared: list[Any], lin: User, settings: Any) -> None:
    run = queued(settings, "t.work", n=1)
    assert run_cancel(actor=lin, run=run)
    run.refresh_from_db()
    assert (run.state, OrmQ.objects.count()) == (State.CANCELLED, 0)
    assert not run_cancel(actor=lin, run=run)
    perform(run.pk)
    assert declared == []
    assert AuditEntry.objects.latest("sequence").action == "job.cancelled"

    other = enqueue("t.work", n=1)
    JobRun.objects.filter(pk=other.pk).update(state=State.RUNNING)
    other.refresh_from_db()
    assert run_cancel(actor=lin, run=other)
    other.refresh_from_db()
    assert (other.state, other.cancel_asked) == (State.RUNNING, True)


def test_running_again_is_a_new_run_with_the_same_arguments(
    declared: list[Any], lin: User, django_capture_on_commit_callbacks: Commit
) -> None:
    run = enqueue("t.work", n=7)
    assert run_again(actor=lin, run=run) == run  # it has not ended
    perform(run.pk)
    run.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        new = run_again(actor=lin, run=run)
    assert (new.again_of, new.arguments, new.actor) == (run, {"n": 7}, lin)
    assert [n for _, n in declared] == [7, 7]
    assert AuditEntry.objects.latest("sequence").action == "job.again"


def test_schedules_follow_the_code(declared: list[Any]) -> None:
    with time_machine.travel(datetime(2026, 3, 1, 8, 2, tzinfo=UTC), tick=False):
        care.schedules_sync()
        care.schedules_sync()
        kept = Schedule.objects.get()
        assert (kept.name, kept.cron, kept.next_run) == (
            "t.refused", "*/5 * * * *", datetime(2026, 3, 1, 8, 5, tzinfo=UTC),
        )  # fmt: skip
        registry.SCHEDULES["t.refused"] = "0 6 * * *"
        care.schedules_sync()
        kept.refresh_from_db()
        assert kept.next_run == datetime(2026, 3, 1, 22, 0, tzinfo=UTC)  # six o'clock in Shanghai
    del registry.SCHEDULES["t.refused"]
    care.schedules_sync()
    assert not Schedule.objects.exists()


def test_the_clock_asks_once_for_each_instant(declared: list[Any]) -> None:
    first, second = (datetime(2026, 3, 1, 8, minute, tzinfo=UTC) for minute in (5, 10))
    run = enqueue_scheduled("t.refused", first)
    assert run is not None
    assert enqueue_scheduled("t.refused", first) is None
    assert enqueue_scheduled("t.refused", second) is None  # the last one still waits
    perform(run.pk)
    scheduled("t.refused", second.isoformat())
    scheduled("t.gone", second.isoformat())
    assert JobRun.objects.filter(scheduled_for=second).count() == 1
    [clock] = schedules()
    assert clock.last is not None
    assert clock.last.scheduled_for == second


@pytest.mark.usefixtures("kept_connection")
def test_a_due_schedule_becomes_one_run(declared: list[Any], settings: Any) -> None:
    """The scheduler of django-q2 itself, as each cluster calls it."""
    care.schedules_sync()
    due = timezone.now() - timedelta(minutes=1)
    Schedule.objects.update(next_run=due)
    scheduler()
    scheduler()
    [call] = [row.task for row in OrmQ.objects.all()]
    assert Schedule.objects.get().next_run > timezone.now()
    for _ in range(2):  # django-q2 may hand a call out twice
        pydoc.locate(call["func"])(*call["args"], **call["kwargs"])  # type: ignore[operator]
    [run] = JobRun.objects.all()
    assert (run.key, run.scheduled_for) == ("t.refused", due)


def test_what_fell_out_of_the_queue_is_put_back(declared: list[Any], settings: Any) -> None:
    run = queued(settings, "t.work", n=1)
    assert care.sweep() == 0
    OrmQ.objects.all().delete()
    assert care.sweep() == 1
    run.refresh_from_db()
    assert OrmQ.objects.get().pk == run.queue_row


def test_old_runs_are_forgotten(declared: list[Any]) -> None:
    now = timezone.now()
    for key, state, age, gone in (
        ("t.work", "done", 89, False),
        ("t.work", "failed", 91, True),
        ("t.broken", "done", 2, True),
        ("t.broken", "failed", 2, False),
        ("t.work", "queued", 100, False),
    ):
        then = now - timedelta(days=age)
        ended = None if state == "queued" else then
        quiet = key == "t.broken"
        JobRun.objects.create(key=key, state=state, queued_at=then, ended_at=ended, quiet=quiet, text_json=f'"{gone}"')
    assert care.forget_old() == 2
    assert not JobRun.objects.filter(text_json='"True"').exists()


# ---- who sees what ----------------------------------------------------------------------------------------


def test_everybody_sees_their_own_runs_and_the_director_all(declared: list[Any], lin: User) -> None:
    zhou = account_create(username="zhou", password="a good Passw0rd", role="agent", name="小周")
    own, other = enqueue("t.work", actor=zhou, n=1), enqueue("t.work", actor=lin, n=2)
    assert list(runs_for(zhou)) == [own]
    assert set(runs_for(lin)) == {own, other}
    client = Client()
    client.force_login(zhou)
    assert client.get(f"/jobs/{own.pk}/progress/").status_code == 200
    assert client.get(f"/jobs/{other.pk}/progress/").status_code == 404
    assert client.post(f"/jobs/{other.pk}/cancel/").status_code == 404
    assert client.post(f"/jobs/{own.pk}/cancel/").status_code == 302
    assert client.post(f"/jobs/{own.pk}/again/").status_code == 404


def test_the_bar_polls_while_it_runs_and_then_loads_the_page(declared: list[Any], client: Client, lin: User) -> None:
    run = enqueue("t.work", actor=lin, n=4)
    client.force_login(lin)
    answer = client.get(f"/jobs/{run.pk}/progress/", headers={"HX-Request": "true"})
    assert 'hx-trigger="every 1s"' in answer.content.decode()
    assert "HX-Refresh" not in answer
    perform(run.pk)
    answer = client.get(f"/jobs/{run.pk}/progress/", headers={"HX-Request": "true"})
    assert "hx-trigger" not in answer.content.decode()
    assert answer["HX-Refresh"] == "true"


def test_the_list_and_its_filters(
    declared: list[Any], client: Client, lin: User, django_assert_max_num_queries: Any
) -> None:
    for n in range(3):
        perform(enqueue("t.work", actor=lin, n=n).pk)
    perform(enqueue("t.refused", actor=lin).pk)
    small = enqueue("t.broken")
    assert small not in runs_listed(lin)
    assert small in runs_listed(lin, quiet=True)
    perform(small.pk)
    assert small in runs_listed(lin)  # failed, so everybody should see it
    client.force_login(lin)
    client.cookies["ql_language"] = "en"
    with django_assert_max_num_queries(6):
        page = client.get("/jobs/").content.decode()
    assert page.count("<tr>") == 1 + 5 + 2  # the heads, the runs, the schedule
    page = client.get("/jobs/?state=failed&job=t.refused").content.decode()
    assert "a.csv: the file is empty" in page
    assert page.count("<tr>") == 2
    assert "No job fits" in client.get("/jobs/?state=cancelled").content.decode()


def test_the_page_of_a_run_and_its_buttons(declared: list[Any], client: Client, lin: User) -> None:
    run = enqueue("t.refused", actor=lin)
    client.force_login(lin)
    assert f"/jobs/{run.pk}/cancel/" in client.get(f"/jobs/{run.pk}/").content.decode()
    perform(run.pk)
    page = client.get(f"/jobs/{run.pk}/").content.decode()
    assert f"/jobs/{run.pk}/again/" in page
    assert "AnalysisError" in page
    answer = client.post(f"/jobs/{run.pk}/again/")
    assert JobRun.objects.get(again_of=run).pk == int(answer["Location"].split("/")[2])
    assert client.get("/jobs/999999/").status_code == 404
