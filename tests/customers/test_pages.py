"""Pages 客户: the archive, contacts, tiers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qualityloop.customers.completeness import completeness
from qualityloop.customers.models import Contact, Customer, Tier
from qualityloop.foundation.audit.models import AuditEntry
from tests import factories
from tests.operations.test_pages import browser
from tests.people.conftest import House, house

__all__ = ["house"]

WHOLE = {"name": "大华电子", "kind": "organisation", "region": "华东", "phone": "021-1", "preferred_way": "phone"}


def test_what_is_missing_in_the_archive() -> None:
    """Weights add up to 15: name 3, reachable 3, tier 2, region 2, way 2, address 1, contact 1, needs 1."""
    bare = Customer(number="C1", name="C1")
    assert completeness(bare, 0).share == 0
    named = Customer(number="C1", name="大华电子", kind="organisation", phone="1", region="华东")
    assert completeness(named, 0).share == pytest.approx(8 / 15)
    assert completeness(named, 1).share == pytest.approx(9 / 15)
    person = Customer(number="C1", name="王女士", email="a@b.cn", region="华东", tier=Tier(name="金卡"),
                      preferred_way="sms", address="x", needs="y")  # fmt: skip
    assert (completeness(person, 0).share, completeness(person, 0).missing) == (1, ())


def test_an_entry_is_added_and_changed_with_its_history(house: House) -> None:
    client = browser(house, "小周")
    answer = client.post(reverse("customers:customer_new"), WHOLE)
    one = Customer.objects.get()
    assert one.number.startswith("KH-")
    assert one.number.endswith("-00001")
    page = client.get(answer["Location"]).content.decode()
    assert "新增客户" in page
    tier = factories.a_tier(name="金卡", rank=3)
    client.post(reverse("customers:customer_edit", args=[one.pk]), {**WHOLE, "tier": tier.pk, "reason": "升级"})
    entry = AuditEntry.objects.get(action="customers.customer_changed")
    assert (entry.before, entry.after, entry.reason) == ({"tier": None}, {"tier": "金卡"}, "升级")
    before = Customer.objects.get().changed_at
    client.post(reverse("customers:customer_edit", args=[one.pk]), {**WHOLE, "tier": tier.pk, "reason": "nothing"})
    assert Customer.objects.get().changed_at == before
    assert AuditEntry.objects.filter(action="customers.customer_changed").count() == 1


def test_a_wrong_address_is_said_at_the_field(house: House) -> None:
    answer = browser(house, "小周").post(reverse("customers:customer_new"), {**WHOLE, "email": "not one"})
    assert answer.status_code == 422
    assert 'id="id_email-error"' in answer.content.decode()
    assert "大华电子" in answer.content.decode()


def test_there_is_one_main_contact(house: House) -> None:
    client, one = browser(house, "小周"), factories.a_customer()
    url = reverse("customers:contact_new", args=[one.pk])
    client.post(url, {"name": "张工", "is_primary": "on"})
    client.post(url, {"name": "李工", "is_primary": "on"})
    assert list(Contact.objects.order_by("pk").values_list("name", "is_primary")) == [("张工", False), ("李工", True)]
    first = Contact.objects.get(name="张工")
    client.post(reverse("customers:contact_edit", args=[one.pk, first.pk]), {"name": "张工", "phone": "13800000000"})
    client.post(reverse("customers:contact_remove", args=[one.pk, Contact.objects.get(name="李工").pk]))
    page = client.get(reverse("customers:customer", args=[one.pk])).content.decode()
    for words in ("添加联系人", "修改联系人", "移除联系人", "13800000000"):
        assert words in page
    other = factories.a_customer()
    assert client.get(reverse("customers:contact_edit", args=[other.pk, first.pk])).status_code == 404


def test_tiers_are_decided_by_the_director(house: House) -> None:
    client = browser(house, "林主任")
    client.post(reverse("customers:tier_new"), {"name": "金卡", "rank": "3", "note": "4 小时上门"})
    tier = Tier.objects.get()
    factories.a_customer(tier=tier)
    client.post(reverse("customers:tier_remove", args=[tier.pk]))
    assert Tier.objects.exists()
    assert "仍有客户属于该等级" in client.get(reverse("customers:tiers")).content.decode()
    again = client.post(reverse("customers:tier_new"), {"name": "金卡", "rank": "1"})
    assert again.status_code == 422
    Customer.objects.all().delete()
    client.post(reverse("customers:tier_remove", args=[tier.pk]))
    assert not Tier.objects.exists()
    assert browser(house, "小周").get(reverse("customers:tiers")).status_code == 404


def test_who_sees_the_archive(house: House, user_of: Any) -> None:
    one = factories.a_customer()
    url = reverse("customers:customer", args=[one.pk])
    for who in ("小周", "陈班长", "林主任", "老李"):
        assert browser(house, who).get(url).status_code == 200
    stranger = Client()
    stranger.force_login(user_of("agent"))  # nobody's colleague
    assert stranger.get(url).status_code == 404
    assert one.name not in stranger.get(reverse("customers:customers")).content.decode()


def test_the_service_history_shows_what_one_may_see(house: House, django_assert_max_num_queries: Any) -> None:
    one = factories.a_customer()
    mine = {"customer": one, "team": house.departments["一线"], "agent": house.staff["小周"]}
    for _n in range(8):
        factories.a_ticket(**mine)
        factories.an_interaction(**mine)
        factories.a_complaint(**mine)
        factories.a_survey_response(**mine)
    theirs = factories.a_ticket(customer=one, team=house.departments["二线"], agent=house.staff["老李"])
    client = browser(house, "小周")
    url = reverse("customers:customer", args=[one.pk])
    client.get(url)
    with django_assert_max_num_queries(35):
        page = client.get(url).content.decode()
    assert theirs.number not in page
    assert theirs.number in browser(house, "林主任").get(url).content.decode()
    with django_assert_max_num_queries(20):
        client.get(reverse("customers:customers"))


@pytest.fixture
def user_of(db: None) -> Any:
    from qualityloop.foundation.accounts import account_create

    return lambda role: account_create(username=f"lone-{role}", password="a good Passw0rd", role=role)
