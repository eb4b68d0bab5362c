"""Tickets, customers and marks for programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from qualityloop.foundation.api import metering
from qualityloop.foundation.api.services import token_create
from qualityloop.operations.models import Annotation, Ticket, TicketEvent
from tests import factories
from tests.people.conftest import House, house

__all__ = ["house"]


@pytest.fixture(autouse=True)
def unhurried() -> None:
    metering.forget()


def call(house: House, who: str, method: str, path: str, body: Any = None) -> Any:
    _token, secret = token_create(actor=house.users[who], name="test", days=30, read_only=False)
    return Client().generic(
        method, f"/api/v1/{path}", json.dumps(body) if body is not None else "", content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )  # fmt: skip


def test_a_ticket_is_registered_changed_and_followed(house: House) -> None:
    customer = factories.a_customer(region="华东")
    body = {"subject": "不制冷", "urgency": "high", "impact": "high", "customer": customer.pk,
            "team": house.departments["一线"].pk, "agent": house.staff["小周"].pk}  # fmt: skip
    made = call(house, "小周", "POST", "tickets", body)
    assert made.status_code == 201, made.content
    assert made.json()["number"] in made.json()["acknowledgement"]
    one = Ticket.objects.get()
    assert (one.priority, one.region, one.customer) == ("紧急", "华东", customer)
    status = call(house, "小周", "PATCH", f"tickets/{one.pk}", {"status": "已解决", "reason": "远程处理"})
    assert status.status_code == 200, status.content
    assert Ticket.objects.get().resolved_at is not None
    events = call(house, "小周", "GET", f"tickets/{one.pk}/events").json()
    assert [event["activity"] for event in events] == ["受理登记", "解决"]
    assert call(house, "小周", "GET", f"tickets/{one.pk}").json()["number"] == one.number
    assert call(house, "小夜", "PATCH", f"tickets/{one.pk}", {"status": "已关闭"}).status_code == 404
    assert call(house, "小夜", "GET", f"tickets/{one.pk}/events").status_code == 404
    assert TicketEvent.objects.count() == 2


@pytest.mark.parametrize(
    "body", [{}, {"subject": " "}, {"subject": "x", "number": "mine"}, {"subject": "x", "team": 999}, "subject", [1]]
)
def test_what_makes_no_ticket_is_refused(house: House, body: Any) -> None:
    assert call(house, "小周", "POST", "tickets", body).status_code == 422
    assert not Ticket.objects.exists()


def test_marks(house: House) -> None:
    talk = factories.an_interaction(team=house.departments["一线"], agent=house.staff["小周"])
    factories.a_message(talk, 1, 4, "agent", "您好")
    place = f"interactions/{talk.pk}/annotations"
    made = call(house, "陈班长", "POST", place, {"kind": "remark", "offset_seconds": 4.25, "text": "好"})
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert call(house, "小周", "PATCH", f"{place}/{pk}", {"text": "不"}).status_code == 404
    assert call(house, "陈班长", "PATCH", f"{place}/{pk}", {"text": "很好"}).json()["text"] == "很好"
    listed = call(house, "小周", "GET", place).json()
    assert [(m["text"], m["offset_seconds"], m["mine"]) for m in listed] == [("很好", 4.25, False)]
    assert call(house, "小周", "GET", f"interactions/{talk.pk}/messages").json()[0]["text"] == "您好"
    assert call(house, "小夜", "GET", place).status_code == 404
    assert call(house, "陈班长", "DELETE", f"{place}/{pk}").status_code == 204
    assert not Annotation.objects.exists()


def test_a_customer(house: House) -> None:
    made = call(house, "小周", "POST", "customers", {"name": "大华电子", "kind": "organisation", "phone": "021"})
    assert made.status_code == 201, made.content
    pk, share = made.json()["id"], made.json()["completeness"]
    tier = factories.a_tier(name="金卡")
    changed = call(house, "小周", "PATCH", f"customers/{pk}", {"tier": tier.pk, "region": "华东"})
    assert changed.json()["completeness"] > share
    assert call(house, "小周", "PATCH", f"customers/{pk}", {"email": "none"}).status_code == 422
    assert call(house, "小周", "PATCH", f"customers/{pk}", {"tier": 999}).status_code == 422


def test_listening_systems_are_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, Any]] = []
    monkeypatch.setattr(
        "qualityloop.operations.services.tickets.announce", lambda event, payload: told.append((event, payload))
    )
    call(house, "小周", "POST", "tickets", {"subject": "不制冷", "agent": house.staff["小周"].pk})
    call(house, "小周", "PATCH", f"tickets/{Ticket.objects.get().pk}", {"subject": "不制冷"})
    call(house, "小周", "PATCH", f"tickets/{Ticket.objects.get().pk}", {"subject": "漏水"})
    assert [(event, payload["subject"]) for event, payload in told] == [
        ("ticket.created", "不制冷"), ("ticket.changed", "漏水"),
    ]  # fmt: skip
