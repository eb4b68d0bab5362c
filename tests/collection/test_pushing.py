"""Records that other systems send: rows by the API, signed calls of a webhook."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from qualityloop.collection.models import DataSource, SavedMapping
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.api import metering
from qualityloop.foundation.api.services import token_create
from qualityloop.operations.models import Ticket

pytestmark = pytest.mark.django_db
ROW = {"ticket_id": "A1", "created_at": "2026-03-02T09:15:00+08:00", "channel": "online", "escalated": True}


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    metering.forget()
    CAPTURE.append(django_capture_on_commit_callbacks)


CAPTURE: list[Any] = []  # runs the jobs of a request when it is answered


def call(method: str, path: str, body: Any = None, role: str = "director", language: str = "zh-CN") -> Any:
    with CAPTURE[-1](execute=True):
        return _call(method, path, body, role, language)


def _call(method: str, path: str, body: Any, role: str, language: str) -> Any:
    user = account_create(username=role, password="a good Passw0rd", role=role)
    _token, secret = token_create(actor=user, name="t", days=30, read_only=False)
    return Client().generic(
        method, f"/api/v1/{path}", json.dumps(body) if body is not None else "", content_type="application/json",
        headers={"Authorization": f"Bearer {secret}", "Accept-Language": language},
    )  # fmt: skip


def test_rows_arrive_once_and_what_cannot_be_taken_is_said() -> None:
    rows = [ROW, {**ROW, "ticket_id": "A2", "created_at": "yesterday"}, {**ROW, "ticket_id": "A3", "escalated": False}]
    sent = call("POST", "records/tickets", {"source": "CRM", "rows": rows})
    assert sent.status_code == 202, sent.content
    run = call("GET", f"imports/{sent.json()['id']}").json()
    assert run["state"] == "done"
    assert run["rejected"] == 1
    assert [(r["column"], r["rows"]) for r in run["reasons"]] == [("created_at", 1)]
    found = {t.number: (t.source, t.escalated, t.created_at.isoformat()) for t in Ticket.objects.all()}
    at = "2026-03-02T01:15:00+00:00"
    assert found == {"A1": ("CRM", True, at), "A3": ("CRM", False, at)}
    again = call("POST", "records/tickets", {"source": "CRM", "rows": rows[:1]}).json()
    counts = call("GET", f"imports/{again['id']}").json()["counts"]["tickets"]
    assert (counts.get("created", 0), counts.get("updated", 0), counts["unchanged"]) == (0, 0, 1)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("records/tickets", {"source": "CRM", "rows": []}, 422),
        ("records/tickets", {"source": "", "rows": [ROW]}, 422),
        ("records/tickets", {"source": "CRM", "rows": [{**ROW, "nonsense": 1}]}, 422),
        ("records/tickets", {"source": "CRM", "rows": [{**ROW, "channel": {"a": 1}}]}, 422),
        ("records/tickets", {"source": "CRM", "rows": [ROW], "more": 1}, 422),
        ("records/tickets", "text", 422),
        ("records/nothing", {"source": "CRM", "rows": [ROW]}, 404),
    ],
)
def test_what_makes_no_sense_is_said(path: str, body: Any, status: int) -> None:
    assert call("POST", path, body).status_code == status
    assert not Ticket.objects.exists()


def test_agents_send_nothing_and_see_no_imports() -> None:
    assert call("POST", "records/tickets", {"source": "CRM", "rows": [ROW]}, role="agent").status_code == 403
    sent = call("POST", "records/tickets", {"source": "CRM", "rows": [ROW]}).json()
    assert call("GET", f"imports/{sent['id']}", role="agent").status_code == 403
    assert call("GET", f"imports/{sent['id']}", role="qc").status_code == 404  # somebody else's


SECRET = "a secret of both sides"


@pytest.fixture
def hook() -> DataSource:
    text = (
        "version: 1\ntables:\n  - dataset: tickets\n    files: [sample.jsonl]\n"
        "    columns: {ticket_id: id, created_at: opened.at}\n"
    )
    user = account_create(username="boss", password="a good Passw0rd", role="admin")
    from qualityloop.collection.importing.headers import fingerprint

    header = fingerprint(["id", "opened.at"])
    mapping = SavedMapping.objects.create(
        name="shop", source="shop", fingerprint=header, text=text, headers={"sample.jsonl": header}, actor=user
    )
    return DataSource.objects.create(
        name="shop", kind="webhook", options={"secret": SECRET}, mapping=mapping, actor=user
    )


def send(source: DataSource, body: bytes, *, secret: str = SECRET, age: int = 0) -> Any:
    stamp = str(int(time.time()) - age)
    signed = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    with CAPTURE[-1](execute=True):
        return Client(enforce_csrf_checks=True).post(
            f"/hooks/{source.pk}/", body, content_type="application/json",
            headers={"QualityLoop-Timestamp": stamp, "QualityLoop-Signature": f"v1={signed}"},
        )  # fmt: skip


def test_a_signed_call_becomes_records_once(hook: DataSource) -> None:
    body = json.dumps({"id": "S-1", "opened": {"at": "2026-03-02T09:15:00+08:00"}}).encode()
    first, second = send(hook, body), send(hook, body)
    assert (first.status_code, first.json()["code"]) == (202, "taken"), first.content
    assert (second.status_code, second.json()["code"]) == (202, "known")
    assert [(t.number, t.source) for t in Ticket.objects.all()] == [("S-1", "shop")]
    hook.refresh_from_db()
    assert hook.last_news_at is not None
    lines = b'{"id":"S-2","opened":{"at":"2026-03-02T10:00:00Z"}}\n{"id":"S-3","opened":{"at":"2026-03-02T11:00:00Z"}}'
    assert send(hook, lines).status_code == 202
    assert Ticket.objects.count() == 3


def test_nobody_else_is_heard(hook: DataSource) -> None:
    body = b'{"id":"S-1","opened":{"at":"2026-03-02T10:00:00Z"}}'
    assert send(hook, body, secret="another secret of somebody").status_code == 401
    assert send(hook, body, age=3600).status_code == 401  # an old call, played again
    assert Client().post(f"/hooks/{hook.pk}/", body, content_type="application/json").status_code == 401
    assert Client().get(f"/hooks/{hook.pk}/").status_code == 405
    assert Client().post("/hooks/99999/", body, content_type="application/json").status_code == 404
    DataSource.objects.update(active=False)
    assert send(hook, body).status_code == 404
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b"[1]", b'"x"', b"{" * 5000, b'{"other": 1}'])
def test_a_call_that_says_nothing_is_answered(hook: DataSource, body: bytes) -> None:
    answer = send(hook, body)
    assert answer.status_code in (202, 422)
    assert not Ticket.objects.exists()
