"""A mailbox is asked: every mail is kept byte for byte, becomes part of a ticket, once; what fails waits, visible."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.test import Client
from tests.collection.mail.imap_server import Box, serving

from qualityloop.collection.mail import taking
from qualityloop.collection.models import DataSource, MailItem, MailState
from qualityloop.collection.polling import poll
from qualityloop.customers.models import Customer
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.files.store import file_open
from qualityloop.operations.models import Message, Ticket

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).parent / "samples"


def mail(
    text: str = "漏水了", sender: str = "wang@example.com", number: int = 1, subject: str = "漏水", more: str = ""
) -> bytes:
    head = f"From: 王女士 <{sender}>\nSubject: {subject}\nMessage-ID: <{number}@example.com>\n{more}"
    return f"{head}Content-Type: text/plain; charset=utf-8\n\n{text}\n".encode()


@pytest.fixture
def box(tmp_path: Path, settings: Any) -> Box:
    settings.QUALITYLOOP_HOME = tmp_path
    return Box()


@pytest.fixture
def source(box: Box) -> Iterator[DataSource]:
    with serving(box) as port:
        yield DataSource.objects.create(
            name="服务邮箱",
            kind="mailbox",
            options={
                "host": "127.0.0.1", "port": str(port), "security": "plain", "user": "service",
                "password": box.password,
            },
        )  # fmt: skip


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in MailItem.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def test_a_mail_becomes_a_ticket_once(box: Box, source: DataSource) -> None:
    box.mails = {3: mail()}
    asked = poll(source)
    assert (asked.found, asked.known, asked.error) == (1, 0, "")
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.description, ticket.channel, ticket.origin) == (
        "漏水",
        "漏水了",
        "email",
        "服务邮箱",
    )
    assert (ticket.customer.name, ticket.customer.email) == ("王女士", "wang@example.com")
    assert [m.text for m in Message.objects.filter(interaction__ticket=ticket)] == ["漏水了"]
    with file_open(MailItem.objects.get().raw) as file:
        assert file.read() == box.mails[3]
    assert AuditEntry.objects.filter(action="mail.read").count() == 1
    assert poll(source).found == 0
    assert box.fetched == [3]  # not even fetched a second time
    assert Ticket.objects.count() == 1
    assert "STORE" not in box.commands


def test_an_answer_goes_to_its_ticket(box: Box, source: DataSource) -> None:
    box.mails = {1: mail()}
    poll(source)
    ticket = Ticket.objects.get()
    box.mails |= {
        2: mail("还漏", number=2, subject="Re: 漏水", more="References: <1@example.com>\n"),
        3: mail("又漏", number=3, subject=f"[{ticket.number}]"),
        4: mail("别人的工单", sender="stranger@example.com", number=4, subject=f"Re: {ticket.number}"),
    }
    poll(source)
    assert Message.objects.filter(interaction__ticket=ticket).count() == 3
    other = Ticket.objects.exclude(pk=ticket.pk).get()  # a guessed number opens nothing of somebody else's
    assert other.customer.email == "stranger@example.com"
    assert Customer.objects.count() == 2


def test_machines_open_no_tickets(box: Box, source: DataSource) -> None:
    box.mails = {1: mail(more="Auto-Submitted: auto-replied\n"), 2: mail(number=2, more="X-QualityLoop: n1\n")}
    poll(source)
    assert not Ticket.objects.exists()
    assert states() == {"ignored": 2}
    assert all(item.reason for item in MailItem.objects.all())


def test_a_loop_is_broken(box: Box, source: DataSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "MOST_AN_HOUR", 5)
    box.mails = {n: mail(f"answer {n}", number=n) for n in range(1, 12)}
    poll(source)
    assert states() == {"taken": 5, "ignored": 6}


def test_what_breaks_off_goes_on_where_it_stopped(box: Box, source: DataSource) -> None:
    box.mails = {n: mail(f"text {n}", number=n) for n in range(1, 6)}
    box.hangs_up_at = 3
    asked = poll(source)
    assert "邮件服务器" in asked.error or "mail server" in asked.error
    assert sorted(box.fetched) == [1, 2]
    assert MailItem.objects.count() == 2
    poll(source)
    assert states() == {"taken": 5}
    assert Ticket.objects.count() == 5


def test_a_mail_that_fails_waits_and_is_read_again(
    box: Box, source: DataSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_values: Any) -> None:
        raise ObjectDoesNotExist("something unforeseen")

    box.mails = {1: mail()}
    with monkeypatch.context() as patch:
        patch.setattr(taking, "ticket_register", broken)
        poll(source)
    item = MailItem.objects.get()
    assert (item.state, item.attempts) == (MailState.FAILED, 1)
    assert "unforeseen" in item.reason
    assert not Ticket.objects.exists()
    assert not Customer.objects.exists()  # nothing half done
    client = Client()
    client.force_login(account_create(username="a", password="a good Passw0rd", role="admin"))
    page = client.get(f"/mails/{item.pk}/")
    assert page.status_code == 200
    assert "漏水了" in page.content.decode()
    client.post("/mails/again/")
    item.refresh_from_db()
    assert (item.state, item.attempts) == (MailState.TAKEN, 2)
    assert Ticket.objects.count() == 1
    raw = client.get(f"/files/{item.raw_id}/?download")
    assert b"".join(raw.streaming_content) == box.mails[1]  # type: ignore[attr-defined]


def test_a_new_numbering_fetches_again_but_takes_once(box: Box, source: DataSource) -> None:
    box.mails = {1: mail(), 2: mail(number=2)}
    poll(source)
    box.validity, box.mails = 8, {1: mail(number=2), 2: mail(), 3: mail(number=3)}
    asked = poll(source)
    assert (asked.found, asked.known) == (1, 2)
    assert Ticket.objects.count() == 3


def test_every_sample_ends_somewhere(box: Box, source: DataSource) -> None:
    files = sorted(SAMPLES.glob("*.eml"))
    box.mails = {n: path.read_bytes() for n, path in enumerate(files, 1)}
    poll(source)
    found = states()
    assert sum(found.values()) == len({path.read_bytes() for path in files})
    assert set(found) == {"taken", "ignored"}
    assert found["taken"] == Message.objects.count()
    kept = set()
    for item in MailItem.objects.select_related("raw"):
        with file_open(item.raw) as file:
            kept.add(file.read())
    assert kept == {raw or b"\r\n" for raw in box.mails.values()}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"password": "wrong"}, "拒绝"),
        ({"folder": "Nowhere"}, "Nowhere"),
        ({"host": "127.0.0.1", "port": "9"}, "无法连接"),
    ],
)
def test_what_is_wrong_is_said(box: Box, source: DataSource, options: dict[str, str], words: str) -> None:
    source.options |= options
    source.save()
    assert words in poll(source).error


def test_only_those_who_keep_sources_see_mails(source: DataSource) -> None:
    item, _new = taking.mail_keep(source=source, raw=mail())
    client = Client()
    client.force_login(account_create(username="z", password="a good Passw0rd", role="agent"))
    for address in ("/mails/", f"/mails/{item.pk}/", f"/files/{item.raw_id}/"):
        assert client.get(address).status_code == 404
