"""Registering praise by program."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from qualityloop.feedback.models import Praise
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from tests import factories
from tests.operations.test_api import call
from tests.operations.test_pages import browser
from tests.people.conftest import House, house

__all__ = ["house"]


def test_praise_is_registered_and_a_ticket_tells_the_rest(house: House) -> None:
    ticket = factories.a_ticket(
        agent=house.staff["小周"], team=house.departments["一线"], customer=factories.a_customer()
    )
    made = call(house, "小周", "POST", "praise", {"text": "很耐心", "ticket_number": ticket.number, "channel": "phone"})
    assert made.status_code == 201, made.content
    one = Praise.objects.get()
    assert (one.ticket, one.agent, one.team, one.customer) == (ticket, ticket.agent, ticket.team, ticket.customer)
    said = made.json()
    assert (said["id"], said["number"], said["agent"], said["ticket"]) == (
        one.pk, one.number, house.staff["小周"].pk, ticket.pk,
    )  # fmt: skip
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.record_id, entry.after["text"]) == (str(one.pk), "很耐心")
    assert "很耐心" in browser(house, "小周").get(reverse("feedback:praise")).content.decode()
    assert call(house, "小周", "GET", f"praise/{one.pk}").json()["number"] == one.number


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({}, "body.text"), ({"text": " "}, "body.text"), ({"text": "x\x00"}, "body"),
        ({"text": "x", "ticket_number": "T-0"}, "body.ticket_number"),
        ({"text": "x", "customer_number": "C-0"}, "body.customer_number"),
        ({"text": "x", "agent": 999_999}, "body.agent"), ({"text": "x", "team": 2**70}, "body.team"),
        ({"text": "x", "number": "mine"}, "body.number"),
    ],
)  # fmt: skip
def test_what_is_no_praise_is_refused(house: House, sent: dict[str, Any], where: str) -> None:
    answer = call(house, "小周", "POST", "praise", sent)
    assert (answer.status_code, answer.json()["fields"][0]["where"]) == (422, where), answer.content
    assert not Praise.objects.exists()


def test_tickets_of_others_are_not_named_and_customers_register_none(house: House) -> None:
    ticket = factories.a_ticket(agent=house.staff["老李"], team=house.departments["二线"])
    answer = call(house, "小周", "POST", "praise", {"text": "x", "ticket_number": ticket.number})
    assert answer.json()["fields"][0]["where"] == "body.ticket_number"
    house.users["客户"] = account_create(username="c", password="a good Passw0rd", role="customer")
    assert call(house, "客户", "POST", "praise", {"text": "x"}).status_code == 403
    assert not Praise.objects.exists()
