"""Calls to other systems: signed, repeated until taken, logged, and only where they may go."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone
from tests.conftest import ROOT

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.jobs.models import JobRun, State
from qualityloop.foundation.jobs.performing import perform
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.models import Notice
from qualityloop.foundation.webhooks import announce, event, events
from qualityloop.foundation.webhooks.jobs import PAUSES, forget
from qualityloop.foundation.webhooks.models import Announcement, Attempt, Call, Subscription
from qualityloop.foundation.webhooks.services import call_again

pytestmark = pytest.mark.django_db


@dataclass
class Other:
    """Another system, and what it answers, one after another."""

    port: int = 0
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    slow: float = 0  # seconds that the next answer takes


@contextmanager
def other_system() -> Iterator[Other]:
    other = Other()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            pause = other.slow
            other.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            time.sleep(pause)
            status, headers = other.answers.pop(0) if other.answers else (200, {})
            if status == 0:
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(BrokenPipeError):  # who called was killed
                self.wfile.write("收到\0".encode())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    other.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield other
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def other(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Other]:
    settings.QUALITYLOOP_OUTWARD = ["127.0.0.1/32"]
    for key in ("t.made", "t.gone"):
        monkeypatch.setitem(events.EVENTS, key, events.Event(key, key))
    with other_system() as other:
        yield other


@pytest.fixture
def root() -> User:
    return account_create(username="root", password="a good Passw0rd", role="admin", name="管理员")


@pytest.fixture
def entered(root: User) -> Client:
    client = Client()
    client.force_login(root)
    client.cookies["ql_language"] = "en"
    return client


def subscribed(other: Other, *keys: str, **more: Any) -> Subscription:
    url = f"http://127.0.0.1:{other.port}/hook?from=ql"
    return Subscription.objects.create(**{"name": "ERP", "url": url, "events": list(keys or ["t.made"]), **more})


def work() -> None:
    for run in JobRun.objects.filter(state=State.QUEUED, due_at__lte=timezone.now()):
        perform(run.pk)


def documented() -> Any:
    """The function that docs/WEBHOOKS.md gives to receivers."""
    text = (ROOT / "docs" / "WEBHOOKS.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(import hashlib.*?)```", text, re.S)
    space: dict[str, Any] = {}
    exec(code, space)
    return space["is_genuine"]


def test_a_receiver_who_does_as_documented_can_check_what_arrives(other: Other) -> None:
    one = subscribed(other)
    announce("t.made", {"number": "工单-1", "on": date(2026, 3, 1)})
    work()
    [(headers, body)] = other.got
    is_genuine = documented()
    assert is_genuine(one.secret, headers, body)
    assert not is_genuine("whsec_other", headers, body)
    assert not is_genuine(one.secret, headers, body + b" ")
    assert not is_genuine(one.secret, {**headers, "QualityLoop-Timestamp": "1"}, body)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert not is_genuine(one.secret, headers, body)
    assert headers["QualityLoop-Event"] == "t.made"
    assert b'"data": {"number": "\xe5\xb7\xa5' in body
    assert b'"on": "2026-03-01"' in body
    call = Call.objects.get()
    assert (call.state, call.status, call.attempts_made, str(call.pk)) == (
        "done", 200, 1, headers["QualityLoop-Delivery"],
    )  # fmt: skip
    assert Attempt.objects.get().answer == "收到�"


def test_only_who_has_subscribed_is_told(other: Other) -> None:
    subscribed(other, "t.made", name="a")
    subscribed(other, "t.gone", name="b")
    subscribed(other, "t.made", "t.gone", name="c", active=False)
    assert announce("t.made", {}) == 1
    assert announce("webhook.ping", {}) == 0
    assert Announcement.objects.count() == 1
    with pytest.raises(KeyError):
        announce("t.unheard", {})
    with pytest.raises(ValueError, match="twice"):
        event("t.made", "")


def test_nobody_is_told_of_what_did_not_happen(other: Other) -> None:
    subscribed(other)
    with transaction.atomic():
        announce("t.made", {})
        transaction.set_rollback(True)
    assert (Call.objects.count(), JobRun.objects.count()) == (0, 0)


def test_it_is_repeated_with_growing_pauses_then_given_up_and_told(other: Other, root: User) -> None:
    one = subscribed(other)
    other.answers = [(500, {})] * 20
    with time_machine.travel(datetime(2026, 3, 1, 8, 0, tzinfo=UTC), tick=False) as clock:
        announce("t.made", {})
        waits = []
        for _ in range(len(PAUSES) + 1):
            work()
            run = JobRun.objects.get(key="webhooks.call")
            waits.append((run.due_at - timezone.now()).total_seconds())
            clock.move_to(run.due_at + timedelta(seconds=1))
    assert waits[:-1] == list(PAUSES)
    assert len(other.got) == len(PAUSES) + 1
    assert len({headers["QualityLoop-Delivery"] for headers, _ in other.got}) == 1
    assert len({headers["QualityLoop-Signature"] for headers, _ in other.got}) == len(PAUSES) + 1
    call = Call.objects.get()
    assert (call.state, call.status) == ("failed", 500)
    notice = Notice.objects.get()
    assert (notice.user, notice.url) == (root, f"/webhooks/{one.pk}/")


@pytest.mark.parametrize(
    ("answer", "seconds"), [((429, {"Retry-After": "300"}), 300), ((503, {}), 30), ((302, {"Location": "/x"}), 30),
                            ((404, {}), 30), ((0, {}), 30), ((503, {"Retry-After": "9999999"}), 30)],
)  # fmt: skip
def test_what_is_no_yes_is_repeated(other: Other, answer: tuple[int, dict[str, str]], seconds: int) -> None:
    subscribed(other)
    other.answers = [answer]
    with time_machine.travel(datetime(2026, 3, 1, 8, 0, tzinfo=UTC), tick=False) as clock:
        announce("t.made", {})
        work()
        assert JobRun.objects.get().due_at == timezone.now() + timedelta(seconds=seconds)
        clock.shift(seconds)
        work()
    assert Call.objects.get().state == "done"
    assert Attempt.objects.count() == 2


def test_gone_ends_the_subscription(other: Other, root: User) -> None:
    one = subscribed(other)
    other.answers = [(410, {})]
    announce("t.made", {})
    announce("t.made", {})
    work()
    one.refresh_from_db()
    assert not one.active
    assert sorted(Call.objects.values_list("state", flat=True)) == ["failed", "skipped"]
    assert AuditEntry.objects.filter(action="webhook.gone").count() == 1
    assert announce("t.made", {}) == 0


def test_the_machines_own_network_is_not_called(other: Other, settings: Any) -> None:
    settings.QUALITYLOOP_OUTWARD = []
    subscribed(other)
    announce("t.made", {})
    work()
    assert other.got == []
    assert Call.objects.get().state == "failed"
    assert "own network" in Attempt.objects.get().error or "本机" in Attempt.objects.get().error


def test_a_worker_that_died_leaves_the_call_to_the_next(other: Other) -> None:
    """At least once, with the same key: that is what receivers are promised."""
    subscribed(other)
    announce("t.made", {})
    run = JobRun.objects.get()
    perform(run.pk)
    Call.objects.update(state="waiting")  # as if it had died before it could note the answer
    JobRun.objects.update(state="running", lease_until=timezone.now() - timedelta(seconds=1))
    perform(run.pk)
    assert len(other.got) == 2
    assert len({headers["QualityLoop-Delivery"] for headers, _ in other.got}) == 1


def test_sending_again(other: Other, root: User) -> None:
    subscribed(other)
    announce("t.made", {})
    call = Call.objects.get()
    assert not call_again(actor=root, call=call)  # it waits already
    work()
    call.refresh_from_db()
    assert call_again(actor=root, call=call)
    work()
    assert len(other.got) == 2
    assert other.got[0][1] == other.got[1][1]
    assert AuditEntry.objects.latest("sequence").action == "webhook.again"


def test_old_announcements_are_removed(other: Other) -> None:
    subscribed(other)
    for age, state in ((91, "done"), (91, "waiting"), (89, "done")):
        announce("t.made", {})
        made = Announcement.objects.filter(at__gte=timezone.now() - timedelta(minutes=1))
        Call.objects.filter(announcement__in=made).update(state=state)
        made.update(at=timezone.now() - timedelta(days=age))
    forget(None)  # type: ignore[arg-type]
    assert Announcement.objects.count() == 2


# ---- the pages --------------------------------------------------------------------------------------------


def test_making_changing_testing_and_removing_a_subscription(other: Other, entered: Client) -> None:
    url = f"http://127.0.0.1:{other.port}/hook"
    asked = {"name": "ERP", "url": url, "events": ["t.made"], "active": "on"}
    place = entered.post("/webhooks/new/", asked)["Location"]
    one = Subscription.objects.get()
    assert one.secret in entered.get(place).content.decode()
    assert one.secret not in entered.get(place).content.decode()  # shown once
    made = AuditEntry.objects.latest("sequence")
    assert (made.action, one.secret in made.after_json) == ("webhook.made", False)

    entered.post(f"/webhooks/{one.pk}/edit/", {**asked, "name": "CRM", "active": ""})
    changed = AuditEntry.objects.latest("sequence")
    assert (changed.action, changed.before["name"], changed.after["active"]) == ("webhook.changed", "ERP", False)
    entered.post(f"/webhooks/{one.pk}/edit/", {**asked, "name": "CRM", "active": ""})
    assert AuditEntry.objects.latest("sequence") == changed

    entered.post(f"/webhooks/{one.pk}/secret/")
    before = one.secret
    one.refresh_from_db()
    assert one.secret != before
    assert one.secret in entered.get(place).content.decode()

    page = entered.post(f"/webhooks/{one.pk}/test/")["Location"]
    work()
    shown = entered.get(page).content.decode()
    assert "Test call" in shown
    assert ">200<" in shown
    assert len(other.got) == 1

    entered.post(f"/webhooks/{one.pk}/remove/")
    assert not Subscription.objects.exists()
    assert AuditEntry.objects.latest("sequence").action == "webhook.removed"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [("url", "http://169.254.169.254/latest/", "own network"), ("url", "ftp://x/", "https://"),
     ("name", "", "required"), ("events", ["t.unheard"], "t.unheard")],
)  # fmt: skip
def test_wrong_input_is_said_at_the_field(other: Other, entered: Client, field: str, value: Any, said: str) -> None:
    answer = entered.post("/webhooks/new/", {"name": "ERP", "url": "https://example.com/", field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert said in answer.content.decode()
    assert not Subscription.objects.exists()


def test_the_lists(other: Other, entered: Client, django_assert_max_num_queries: Any) -> None:
    one = subscribed(other)
    other.answers = [(500, {})]
    for _ in range(4):
        announce("t.made", {})
    work()
    with django_assert_max_num_queries(8):
        page = entered.get("/webhooks/").content.decode()
    assert "ERP" in page
    assert one.secret not in page
    with django_assert_max_num_queries(14):
        log = entered.get("/webhooks/calls/")
    assert log.content.decode().count("t.made") >= 4
    with django_assert_max_num_queries(10):
        assert entered.get(f"/webhooks/{one.pk}/").content.decode().count("t.made") >= 4
    call = Call.objects.filter(state="waiting").get()
    assert entered.post(f"/webhooks/calls/{call.pk}/again/").status_code == 302
    for role in ("director", "agent", "customer"):
        client = Client()
        client.force_login(account_create(username=role, password="a good Passw0rd", role=role))
        for url in ("/webhooks/", "/webhooks/calls/", f"/webhooks/{one.pk}/", f"/webhooks/calls/{call.pk}/"):
            assert client.get(url).status_code == 404, (role, url)
        assert client.post(f"/webhooks/{one.pk}/remove/").status_code == 404
