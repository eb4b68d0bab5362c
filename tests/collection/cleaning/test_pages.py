"""The pages and the API of data cleaning."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.factories import MONDAY, a_complaint, a_customer, a_ticket

from qualityloop.collection.cleaning.models import Finding, RuleSetting
from qualityloop.collection.cleaning.running import clean
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.api.services import token_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User

pytestmark = pytest.mark.django_db
TEXT = "昨天下午报修的打印机到现在还没有人来处理"


@pytest.fixture
def director() -> User:
    return account_create(username="director", password="a good Passw0rd", role="director", name="林岚")


@pytest.fixture
def client(director: User) -> Client:
    found = Client()
    found.force_login(director)
    found.cookies["ql_language"] = "en"
    return found


@pytest.fixture
def finding() -> Finding:
    """The second of two tickets of one customer."""
    customer = a_customer()
    a_ticket(number="GD-1", customer=customer, subject="打印机", description=TEXT)
    a_ticket(
        number="GD-2", customer=customer, subject="打印机", description=TEXT, created_at=MONDAY + timedelta(days=1)
    )
    a_complaint(number="TS-1", text="测试")
    clean()
    return Finding.objects.get(number="GD-2")


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_list_and_both_records_beside_each_other(client: Client, finding: Finding) -> None:
    page = text_of(client.get("/cleaning/?rule=exact"))
    assert "GD-2" in page
    assert "TS-1" not in page
    page = text_of(client.get(f"/cleaning/{finding.pk}/"))
    assert "Same customer, same text as GD-1." in page
    assert page.count(TEXT) == 2
    assert "the one that counts" in page
    for number, said in (("GD-1", "1 record is set aside as a copy of this one."), ("GD-2", "counted in no number")):
        pk = finding.other_id if number == "GD-1" else finding.record_id
        assert said in text_of(client.get(f"/tickets/{pk}/"))


def test_taking_back_needs_a_reason_and_can_be_undone(
    client: Client, finding: Finding, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    url = f"/cleaning/{finding.pk}/"
    answer = client.post(url, {"state": "taken_back", "reason": " "})
    assert answer.status_code == 422
    assert "say why" in text_of(answer)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url, {"state": "taken_back", "reason": "客户又来报修"}).status_code == 302
    page = text_of(client.get(url))
    assert "客户又来报修" in page
    assert "Set aside again" in page
    finding.refresh_from_db()
    assert (finding.state, finding.actor.username) == ("taken_back", "director")
    answer = client.post(url, {"state": "taken_back", "reason": "twice"})
    assert answer.status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"state": "aside", "reason": "doch"})
    finding.refresh_from_db()
    assert finding.state == "aside"


def test_rules_are_set_on_the_page(
    client: Client, finding: Finding, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    page = text_of(client.get("/cleaning/rules/"))
    assert [page.index(name) for name in ("Impossible time", "Test record", "Near duplicate")]
    assert 'value="0.85"' in text_of(client.get("/cleaning/rules/near/"))
    answer = client.post("/cleaning/rules/near/", {"active": "on", "days": "3", "similarity": "0.2", "least": "10"})
    assert answer.status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/cleaning/rules/exact/", {"days": "0.5", "least": "6", "active": "on"})
    assert answer.status_code == 302
    assert RuleSetting.objects.get(key="exact").options == {"days": 0.5, "least": 6}
    assert not Finding.objects.filter(rule="exact").exists()  # a day lies between the two
    entry = AuditEntry.objects.get(action="cleaning.rule_saved")
    assert (json.loads(entry.before_json)["days"], json.loads(entry.after_json)["days"]) == (3.0, 0.5)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            "/cleaning/rules/trial/", {"active": "on", "words": "卡纸\n试机，演示", "around": "", "customers": ""}
        )
    assert RuleSetting.objects.get(key="trial").options["words"] == ["卡纸", "试机", "演示"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/cleaning/rules/times/", {"active": "on", "founded": "2026-03-02", "tolerance_minutes": "0"})
    assert not Finding.objects.filter(rule="times").exists()
    assert client.get("/cleaning/rules/nothing/").status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/cleaning/run/").status_code == 302


def test_the_api(director: User, finding: Finding, django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    _token, secret = token_create(actor=director, name="t", days=3, read_only=False)
    client = Client(headers={"Authorization": f"Bearer {secret}", "Accept-Language": "en"})
    rows = client.get("/api/v1/set-aside?rule=exact").json()
    assert [row["number"] for row in rows["items"]] == ["GD-2"]
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            f"/api/v1/set-aside/{finding.pk}/take-back", {"reason": "no copy"}, content_type="application/json"
        )
    assert answer.json()["state"] == "taken_back"
    again = client.post(f"/api/v1/set-aside/{finding.pk}/take-back", {"reason": "x"}, content_type="application/json")
    assert again.status_code == 422
    assert (
        client.post("/api/v1/set-aside/999999/set-aside", {"reason": "x"}, content_type="application/json").status_code
        == 404
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/api/v1/set-aside/run").status_code == 200


def test_agents_and_customers_neither_see_the_list_nor_judge(finding: Finding) -> None:
    for role in ("agent", "customer"):
        client = Client()
        client.force_login(account_create(username=role, password="a good Passw0rd", role=role))
        assert client.get("/cleaning/").status_code == 404
        assert client.post(f"/cleaning/{finding.pk}/", {"state": "taken_back", "reason": "x"}).status_code in (403, 404)
    finding.refresh_from_db()
    assert finding.is_aside
