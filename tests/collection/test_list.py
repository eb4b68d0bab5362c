"""The list of imports, and what cleaning did to the rows of one."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.collection.conftest import Wizard
from tests.collection.test_wizard import TICKETS
from tests.factories import a_customer

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.collection.cleaning.models import Finding
from qualityloop.collection.cleaning.queries import caught_of_batch
from qualityloop.collection.listings import counts_words
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.notices.models import Notice
from qualityloop.operations.models import Ticket

pytestmark = pytest.mark.django_db


def test_imports_are_listed_filtered_and_exported(wizard: Wizard) -> None:
    run = wizard.bring(("tickets.csv", TICKETS))
    wizard.upload(("other.csv", TICKETS))
    page = wizard.client.get("/imports/").content.decode()
    assert "New 3 · Rejected 1" in page
    assert f"/import/{run.pk}/" in page
    done = wizard.client.get("/imports/?state=done").content.decode()
    assert "tickets.csv" in done
    assert "other.csv" not in done
    exported = wizard.client.get("/imports/?state=done&format=csv")
    text = b"".join(exported.streaming_content).decode() if exported.streaming else exported.content.decode()
    assert " 3 · " in text
    answer = wizard.client.get("/api/v1/imports?state=done").json()
    assert [one["counts"]["tickets"]["created"] for one in answer["items"]] == [3]
    assert wizard.client.get(f"/api/v1/imports/{run.pk}").json()["rejected"] == 1


def test_imports_of_others_are_not_listed(wizard: Wizard) -> None:
    wizard.bring(("tickets.csv", TICKETS))
    other = Client()
    other.force_login(account_create(username="qc", password="a good Passw0rd", role="qc"))
    assert "tickets.csv" not in other.get("/imports/").content.decode()
    agent = Client()
    agent.force_login(account_create(username="agent", password="a good Passw0rd", role="agent"))
    assert agent.get("/imports/").status_code in (403, 404)


def test_words_for_counts() -> None:
    assert counts_words({}) == "–"
    both = {"tickets": {"created": 2, "unchanged": 1}, "ticket_events": {"created": 5, "rejected": 4}}
    assert [part.rsplit(" ", 1)[1] for part in counts_words(both).split(" · ")] == ["7", "1", "4"]


def test_the_result_says_what_cleaning_set_aside(wizard: Wizard) -> None:
    from qualityloop.collection.cleaning.running import clean

    first = wizard.bring(("tickets.csv", TICKETS))
    second = wizard.bring(("others.csv", TICKETS.replace(b"\nT", b"\nX")))
    same = {"customer": a_customer(), "subject": "打印机", "description": "昨天下午报修的打印机到现在还没有人来处理"}
    Ticket.objects.filter(number__in=("T1", "T2")).update(**same)
    clean()
    assert [f.number for f in Finding.objects.all()] == ["T2"]
    assert (caught_of_batch(first.batch_id or 0), caught_of_batch(second.batch_id or 0)) == (1, 0)
    page = wizard.page(first)
    assert "1 of these records was set aside by cleaning" in page
    assert f"/cleaning/?batch={first.batch_id}" in page
    assert "set aside by cleaning" not in wizard.page(second)
    assert "T2" in wizard.client.get(f"/cleaning/?batch={first.batch_id}").content.decode()
    assert "T2" not in wizard.client.get(f"/cleaning/?batch={second.batch_id}").content.decode()
    nonsense = wizard.client.get("/cleaning/?batch=x").content.decode()
    assert "is no number of an import" in nonsense


def test_a_failed_import_is_told_to_who_started_it(wizard: Wizard, monkeypatch: pytest.MonkeyPatch) -> None:
    from qualityloop.collection import jobs

    run = wizard.upload(("tickets.csv", TICKETS))

    def broken(*_all: object) -> None:
        raise AnalysisError(message("the disk is full"))

    monkeypatch.setattr(jobs, "import_rows", broken)
    run = wizard.start(run)
    assert run.state == "failed"
    assert "the disk is full" in run.error
    [notice] = Notice.objects.filter(kind="collection.import_failed")
    assert (notice.user, notice.url) == (run.actor, f"/import/{run.pk}/")
    assert not Notice.objects.filter(kind="collection.import_done").exists()
