"""Contacts and tiers of customers for programs."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from qualityloop.customers.models import Contact, Customer, Tier
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from tests import factories
from tests.operations.test_api import call
from tests.operations.test_pages import browser
from tests.people.conftest import House, house

__all__ = ["house"]


def test_contacts_are_added_changed_and_removed(house: House) -> None:
    one = factories.a_customer()
    path = f"customers/{one.pk}/contacts"
    made = call(house, "小周", "POST", path, {"name": "陈小姐", "phone": "139", "is_primary": True})
    assert made.status_code == 201, made.content
    first = made.json()
    assert (first["name"], first["phone"], first["is_primary"]) == ("陈小姐", "139", True)
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.action, entry.record_id) == ("customers.contact_added", str(one.pk))
    assert "陈小姐" in browser(house, "小周").get(reverse("customers:customer", args=[one.pk])).content.decode()
    second = call(house, "小周", "POST", path, {"name": "王先生", "is_primary": True}).json()
    assert [(row["name"], row["is_primary"]) for row in call(house, "小周", "GET", path).json()] == [
        ("王先生", True), ("陈小姐", False),
    ]  # fmt: skip
    changed = call(house, "小周", "PATCH", f"{path}/{second['id']}", {"email": "wang@example.com"})
    assert changed.json() == {**second, "email": "wang@example.com"}
    assert AuditEntry.objects.latest("sequence").action == "customers.contact_changed"
    before = Customer.objects.get(pk=one.pk).changed_at
    assert call(house, "小周", "DELETE", f"{path}/{second['id']}").status_code == 204
    assert Customer.objects.get(pk=one.pk).changed_at > before  # who asks for what has changed is told
    assert [contact.name for contact in Contact.objects.all()] == ["陈小姐"]
    assert AuditEntry.objects.latest("sequence").action == "customers.contact_removed"


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({}, "body.name"), ({"name": " "}, "body.name"), ({"name": "x", "email": "nowhere"}, "body.email"),
        ({"name": "x" * 151}, "body.name"), ({"name": "x\x00"}, "body"),
        ({"name": "x", "customer": 1}, "body.customer"),
    ],
)  # fmt: skip
def test_what_makes_no_contact_is_refused(house: House, sent: dict[str, Any], where: str) -> None:
    answer = call(house, "小周", "POST", f"customers/{factories.a_customer().pk}/contacts", sent)
    assert (answer.status_code, answer.json()["fields"][0]["where"]) == (422, where), answer.content
    assert not Contact.objects.exists()


def test_contacts_belong_to_their_customer(house: House) -> None:
    house.users["培训师"] = account_create(username="t", password="a good Passw0rd", role="trainer")
    one, other = factories.a_customer(), factories.a_customer()
    contact = factories.a_contact(customer=one, name="陈小姐")
    wrong = f"customers/{other.pk}/contacts/{contact.pk}"
    assert call(house, "小周", "PATCH", wrong, {"name": "x"}).status_code == 404
    assert call(house, "小周", "DELETE", wrong).status_code == 404
    assert call(house, "小周", "GET", "customers/999999/contacts").status_code == 404
    right = f"customers/{one.pk}/contacts/{contact.pk}"
    assert call(house, "培训师", "PATCH", right, {"name": "x"}).status_code == 403
    assert call(house, "培训师", "DELETE", right).status_code == 403
    assert Contact.objects.get().name == "陈小姐"


def test_tiers_are_added_changed_and_removed(house: House) -> None:
    made = call(house, "林主任", "POST", "customer-tiers", {"name": "钻石卡", "rank": 9, "note": "专属客服"})
    assert made.status_code == 201, made.content
    one = made.json()
    assert one == {"id": Tier.objects.get().pk, "name": "钻石卡", "rank": 9, "note": "专属客服", "members": 0}
    assert AuditEntry.objects.latest("sequence").action == "customers.tier_added"
    path = f"customer-tiers/{one['id']}"
    assert call(house, "林主任", "PATCH", path, {"rank": 7}).json() == {**one, "rank": 7}
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.action, entry.before, entry.after) == ("customers.tier_changed", {"rank": 9}, {"rank": 7})
    assert "钻石卡" in browser(house, "林主任").get(reverse("customers:tiers")).content.decode()
    factories.a_customer(tier=Tier.objects.get())
    assert call(house, "林主任", "GET", path).json()["members"] == 1
    assert [row["name"] for row in call(house, "林主任", "GET", "customer-tiers").json()] == ["钻石卡"]
    assert call(house, "林主任", "DELETE", path).status_code == 409
    Tier.objects.get().customers.update(tier=None)  # type: ignore[attr-defined]
    assert call(house, "林主任", "DELETE", path).status_code == 204
    assert not Tier.objects.exists()
    assert AuditEntry.objects.latest("sequence").action == "customers.tier_removed"


def test_tiers_are_for_those_who_decide_and_have_names_of_their_own(house: House) -> None:
    one, other = Tier.objects.create(name="金卡"), Tier.objects.create(name="银卡")
    for method, path, body in (
        ("GET", "customer-tiers", None), ("POST", "customer-tiers", {"name": "x"}),
        ("GET", f"customer-tiers/{one.pk}", None), ("PATCH", f"customer-tiers/{one.pk}", {"name": "x"}),
        ("DELETE", f"customer-tiers/{one.pk}", None),
    ):  # fmt: skip
        assert call(house, "小周", method, path, body).status_code == 403
    for method, path, body in (
        ("POST", "customer-tiers", {"name": "金卡"}), ("PATCH", f"customer-tiers/{other.pk}", {"name": "金卡"}),
    ):  # fmt: skip
        taken = call(house, "林主任", method, path, body)
        assert (taken.status_code, taken.json()["fields"][0]["where"]) == (422, "body.name")
    assert call(house, "林主任", "POST", "customer-tiers", {"name": "x", "rank": 2**70}).status_code == 422
    assert call(house, "林主任", "PATCH", "customer-tiers/999999", {"name": "x"}).status_code == 404
    assert sorted(tier.name for tier in Tier.objects.all()) == ["金卡", "银卡"]
