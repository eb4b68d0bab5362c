"""Data sources and raw mails for programs; secrets never come back out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.collection.test_import_api import Program

from qualityloop.collection.mail.taking import mail_keep
from qualityloop.collection.models import DataSource, MailItem, SavedMapping, SeenFile, SourceRun
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.api import metering
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User
from qualityloop.foundation.wording import kept

pytestmark = pytest.mark.django_db
SECRET = "a secret of both sides"
MAIL = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: printer\r\nMessage-ID: <1@x>\r\n\r\nIt is broken.\r\n"


@pytest.fixture
def program(home: Path, director: User, django_capture_on_commit_callbacks: Callable[..., Any]) -> Program:
    metering.forget()
    return Program(director, django_capture_on_commit_callbacks)


def test_a_source_with_a_secret(program: Program) -> None:
    kinds = {one["key"]: one for one in program.call("GET", "source-kinds")}
    assert [(o["key"], o["secret"]) for o in kinds["webhook"]["options"]] == [("secret", True)]
    new = {"name": "shop", "kind": "webhook", "options": {"secret": SECRET}, "cron": "*/15 * * * *"}
    made = program.call("POST", "sources", new, status=201)
    address = f"sources/{made['id']}"
    assert (made["has_secret"], made["options"], made["active"]) == (True, {}, True)
    mapping = SavedMapping.objects.create(name="m", source="shop", fingerprint="x", text="version: 1")
    changed = program.call("PATCH", address, {"name": "web shop", "mapping": mapping.pk, "quiet_hours": 5})
    assert (changed["name"], changed["mapping"], changed["quiet_hours"]) == ("web shop", mapping.pk, 5)
    emptied = program.call("PATCH", address, {"mapping": None, "cron": None, "active": False})
    assert (emptied["mapping"], emptied["cron"], emptied["active"], emptied["quiet_hours"]) == (None, "", False, 5)
    one = DataSource.objects.get()
    assert one.options == {"secret": SECRET}  # what is left out stays
    for answer in (made, changed, program.call("GET", address), program.call("GET", "sources")):
        assert SECRET not in str(answer)
    said = AuditEntry.objects.filter(action__in=("source.created", "source.changed"), record_id=str(one.pk))
    assert said.count() == 3
    assert not any(SECRET in entry.before_json + entry.after_json for entry in said)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"kind": "nothing"}, "body.kind"),
        ({"options": {"secret": "short"}}, "body.options.secret"),
        ({"options": {}}, "body.options.secret"),
        ({"options": {"secret": SECRET, "more": "x"}}, "body.options.more"),
        ({"cron": "every day"}, "body.cron"),
        ({"mapping": 999}, "body.mapping"),
        ({"name": ""}, "body.name"),
        ({"name": "taken"}, "body.name"),
    ],
)
def test_a_wrong_source_is_refused(program: Program, body: dict[str, Any], where: str) -> None:
    DataSource.objects.create(name="taken", kind="webhook")
    new = {"name": "shop", "kind": "webhook", "options": {"secret": SECRET}, **body}
    answer = program.call("POST", "sources", new, status=422)
    assert [fault["where"] for fault in answer["fields"]] == [where]
    assert DataSource.objects.count() == 1


def test_a_source_is_asked_and_a_file_tried_again(program: Program) -> None:
    one = DataSource.objects.create(name="shop", kind="webhook", options={"secret": SECRET})
    program.call("POST", f"sources/{one.pk}/ask", status=202)
    assert SourceRun.objects.filter(source=one).count() == 1
    assert len(program.call("GET", f"sources/{one.pk}")["runs"]) == 1
    seen = SeenFile.objects.create(source=one, sha256="0" * 64, name="bad.csv", problem_json=kept("cannot be read"))
    [problem] = program.call("GET", f"sources/{one.pk}")["problems"]
    assert (problem["id"], problem["name"], problem["problem"]) == (seen.pk, "bad.csv", "cannot be read")
    other = DataSource.objects.create(name="other", kind="webhook")
    program.call("DELETE", f"sources/{other.pk}/problems/{seen.pk}", status=404)
    program.call("DELETE", f"sources/{one.pk}/problems/{seen.pk}", status=204)
    assert not SeenFile.objects.exists()
    assert AuditEntry.objects.latest("sequence").action == "source.changed"


def test_mails_are_read_again(program: Program) -> None:
    source = DataSource.objects.create(name="box", kind="mailbox")
    first, _fresh = mail_keep(source=source, raw=MAIL)
    second, _fresh = mail_keep(source=source, raw=MAIL.replace(b"<1@x>", b"<2@x>"))
    MailItem.objects.filter(pk=first.pk).update(state="failed")
    assert program.call("POST", f"mails/{first.pk}/again") == {"read": 1, "good": 1}
    assert [one.state for one in (MailItem.objects.get(pk=first.pk), MailItem.objects.get(pk=second.pk))] == [
        "taken", "kept",
    ]  # fmt: skip
    assert program.call("POST", f"mails/{first.pk}/again") == {"read": 0, "good": 0}
    assert program.call("POST", "mails/again") == {"read": 1, "good": 1}
    assert MailItem.objects.get(pk=second.pk).ticket is not None
    program.call("POST", "mails/999999/again", status=404)


def test_who_may_not_set_up_sources_is_told_so(
    program: Program, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    one = DataSource.objects.create(name="shop", kind="webhook", options={"secret": SECRET})
    person = account_create(username="qc", password="a good Passw0rd", role="qc")
    stranger = Program(person, django_capture_on_commit_callbacks)
    new = {"name": "x", "kind": "webhook", "options": {"secret": SECRET}}
    for method, path, body in (
        ("GET", "source-kinds", None), ("GET", "sources", None), ("POST", "sources", new),
        ("GET", f"sources/{one.pk}", None), ("PATCH", f"sources/{one.pk}", {"name": "x"}),
        ("POST", f"sources/{one.pk}/ask", None), ("DELETE", f"sources/{one.pk}/problems/1", None),
        ("POST", "mails/again", None), ("POST", "mails/1/again", None),
    ):  # fmt: skip
        stranger.call(method, path, body, status=403)
    for method, path in (("GET", ""), ("PATCH", ""), ("POST", "/ask")):
        program.call(method, f"sources/999999{path}", {} if method == "PATCH" else None, status=404)
    assert DataSource.objects.get().name == "shop"
