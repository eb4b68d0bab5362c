"""Departments, staff and evaluation groups: pages and writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User
from qualityloop.people.models import Department, EvaluationGroup, GroupMember, Staff
from qualityloop.people.queries import chart
from qualityloop.people.services import department_save, staff_save
from qualityloop.people.signals import renamed
from tests.people.conftest import House, build

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of(house: House) -> Callable[[str], Client]:
    """A browser in which somebody of the house is signed in."""

    def make(name: str) -> Client:
        client = Client()
        client.force_login(house.users[name])
        return client

    return make


def test_the_chart_counts_what_is_below(house: House) -> None:
    Staff.objects.create(name="已离职", department=house.departments["夜班"], left_on=date(2026, 1, 1))
    (top,) = chart()
    assert (top.department.name, top.own, top.total) == ("客服部", 1, 5)
    first = next(node for node in top.children if node.department.name == "一线")
    assert (first.own, first.total, [n.department.name for n in first.children]) == (2, 3, ["夜班"])


def test_the_chart_takes_two_queries_however_many(house: House, django_assert_max_num_queries: Any) -> None:
    for n in range(60):
        Department.objects.create(name=f"班组{n}", parent=house.departments["一线"])
    with django_assert_max_num_queries(1):
        assert sum(len(node.children) for node in chart()) == 2


def test_everybody_here_sees_the_chart_and_few_change_it(client_of: Callable[[str], Client], house: House) -> None:
    agent, director = client_of("小周"), client_of("林主任")
    page = agent.get("/people/").content.decode()
    assert "夜班" in page
    assert "新建部门" not in page
    assert agent.get("/people/departments/new/").status_code == 404
    assert "新建部门" in director.get("/people/").content.decode()
    customer = Client()
    customer.force_login(account_create(username="wang", password="a good Passw0rd", role="customer"))
    assert customer.get("/people/").status_code == 404


def test_a_department_is_added_renamed_moved_and_closed(client_of: Callable[[str], Client], house: House) -> None:
    client, numbers = client_of("林主任"), {name: one.pk for name, one in house.departments.items()}
    sent = {"name": "三线", "parent": numbers["客服部"], "leader": house.staff["老李"].pk, "duties": "疑难", "sort": 3}
    made = client.post("/people/departments/new/", sent)
    assert made.status_code == 302
    third = Department.objects.get(name="三线")
    assert made["Location"] == f"/people/departments/{third.pk}/"
    client.post(
        f"/people/departments/{third.pk}/edit/",
        {**sent, "name": "专家组", "parent": numbers["二线"], "is_active": "on"},
    )
    third.refresh_from_db()
    assert (third.name, third.parent.name, third.leader.name) == ("专家组", "二线", "老李")
    client.post(f"/people/departments/{third.pk}/edit/", {**sent, "name": "专家组", "parent": numbers["二线"]})
    third.refresh_from_db()
    assert not third.is_active
    assert "专家组" not in client.get("/people/").content.decode()
    assert "专家组" in client.get("/people/?closed=1").content.decode()
    page = client.get(f"/people/departments/{third.pk}/").content.decode()
    assert "三线" in page  # the history
    entries = AuditEntry.objects.filter(model="people.department", record_id=str(third.pk)).order_by("sequence")
    assert [e.action for e in entries] == ["department.added", "department.changed", "department.changed"]
    assert (entries[1].before["name"], entries[1].after["name"]) == ("三线", "专家组")


@pytest.mark.parametrize(
    ("name", "change", "field"),
    [
        ("一线", {"parent": "夜班"}, "parent"),  # its own part
        ("一线", {"name": "二线"}, "name"),  # taken
        ("一线", {"is_active": False}, "is_active"),  # has a part
        ("夜班", {"is_active": False}, "is_active"),  # somebody works there
    ],
)
def test_what_makes_no_sense_is_said_at_the_field(house: House, name: str, change: dict[str, Any], field: str) -> None:
    found = house.departments[name]
    values = {"name": found.name, "parent": found.parent, **change}
    if isinstance(values["parent"], str):
        values["parent"] = house.departments[values["parent"]]
    with pytest.raises(ValidationError) as caught:
        department_save(actor=None, department=found, **values)
    assert list(caught.value.message_dict) == [field]
    assert Department.objects.get(pk=found.pk).name == name


def test_the_form_keeps_what_was_typed(client_of: Callable[[str], Client], house: House) -> None:
    pk = house.departments["一线"].pk
    answer = client_of("林主任").post(
        f"/people/departments/{pk}/edit/", {"name": "二线", "duties": "刚写的一段话", "sort": 0, "is_active": "on"}
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "invalid-feedback" in page
    assert "刚写的一段话" in page


def test_whose_records_one_sees(client_of: Callable[[str], Client], house: House) -> None:
    agent, leader = client_of("小周"), client_of("陈班长")
    pk = {name: one.pk for name, one in house.staff.items()}
    assert agent.get(f"/people/staff/{pk['小周']}/").status_code == 200
    assert agent.get(f"/people/staff/{pk['小夜']}/").status_code == 404
    assert leader.get(f"/people/staff/{pk['小夜']}/").status_code == 200
    assert leader.get(f"/people/staff/{pk['老李']}/").status_code == 404
    page = leader.get("/people/staff/").content.decode()
    assert "小夜" in page
    assert "老李" not in page
    exported = b"".join(leader.get("/people/staff/?format=csv")).decode()  # type: ignore[call-overload]
    assert "小夜" in exported
    assert "老李" not in exported


def test_a_member_of_staff_is_added_and_changed(client_of: Callable[[str], Client], house: House) -> None:
    client = client_of("林主任")
    sent = {"name": "新人", "number": "1024", "department": house.departments["一线"].pk, "joined_on": "2026-11-01"}
    assert client.post("/people/staff/new/", sent).status_code == 302
    new = Staff.objects.get(number="1024")
    before = new.changed_at
    assert client.post(f"/people/staff/{new.pk}/edit/", {**sent, "post": "客服专员"}).status_code == 302
    new.refresh_from_db()
    assert new.post == "客服专员"
    assert new.changed_at > before  # the lake takes what changed since
    answer = client.post("/people/staff/new/", {**sent, "name": "另一位"})
    assert "工号" in answer.content.decode()
    assert Staff.objects.filter(number="1024").count() == 1
    answer = client.post(f"/people/staff/{new.pk}/edit/", {**sent, "left_on": "2026-10-01"})
    assert answer.status_code == 200


def test_an_account_is_linked_or_made(client_of: Callable[[str], Client], house: House) -> None:
    admin = Client()
    admin.force_login(account_create(username="root", password="a good Passw0rd", role="admin"))
    new = Staff.objects.create(name="新人", department=house.departments["一线"])
    assert client_of("林主任").get(f"/people/staff/{new.pk}/account/").status_code == 404
    made = admin.post(f"/people/staff/{new.pk}/account/", {"username": "xinren", "role": "agent"})
    assert "one-time-password" in made.content.decode()
    new.refresh_from_db()
    assert (new.user.username, new.user.name) == ("xinren", "新人")
    other = Staff.objects.create(name="别人")
    taken = admin.post(f"/people/staff/{other.pk}/edit/", {"name": "别人", "user": new.user.pk})
    assert taken.status_code == 200  # an account belongs to one person
    again = admin.post(f"/people/staff/{new.pk}/account/", {"username": "zweite", "role": "agent"})
    assert again.status_code == 200
    assert not User.objects.filter(username="zweite").exists()


def test_rooms_above_hear_of_another_name(house: House) -> None:
    heard: list[tuple[str, str]] = []

    def listen(instance: Any, before: str, **_more: Any) -> None:
        heard.append((before, instance.name))

    renamed.connect(listen)
    staff_save(actor=None, staff=house.staff["小周"], name="周晓", department=house.departments["一线"])
    department_save(actor=None, department=house.departments["夜班"], name="夜间组", parent=house.departments["一线"])
    staff_save(actor=None, staff=house.staff["老李"], name="老李", department=house.departments["一线"])
    renamed.disconnect(listen)
    assert heard == [("小周", "周晓"), ("夜班", "夜间组")]


def test_an_evaluation_group(client_of: Callable[[str], Client], house: House) -> None:
    client = client_of("林主任")
    sent = {
        "name": "2026 年第四季度评价小组", "starts_on": "2026-10-01", "ends_on": "2026-12-31",
        "leader": house.staff["林主任"].pk, "senior_agent": [house.staff["陈班长"].pk],
        "customer": "王女士、张先生",
    }  # fmt: skip
    assert client.post("/people/groups/new/", sent).status_code == 302
    group = EvaluationGroup.objects.get()
    assert [(one.post, one.who) for one in group.members.all()] == [
        ("leader", "林主任"), ("senior_agent", "陈班长"), ("customer", "王女士"), ("customer", "张先生"),
    ]  # fmt: skip
    page = client_of("小周").get("/people/groups/").content.decode()
    assert "王女士" in page
    assert client_of("小周").get(f"/people/groups/{group.pk}/").status_code == 404
    wrong = client.post(f"/people/groups/{group.pk}/", {**sent, "ends_on": "2026-09-01"})
    assert wrong.status_code == 200
    assert client.post(f"/people/groups/{group.pk}/", {**sent, "customer": "王女士"}).status_code == 302
    assert GroupMember.objects.filter(group=group).count() == 3
    assert AuditEntry.objects.filter(action="evaluation_group.changed").count() == 1


@pytest.mark.parametrize("address", ["/people/", "/people/staff/", "/people/groups/"])
def test_pages_take_few_queries(
    client_of: Callable[[str], Client], house: House, address: str, django_assert_max_num_queries: Any
) -> None:
    for n in range(40):
        Staff.objects.create(name=f"座席{n}", department=house.departments["一线"])
    client = client_of("林主任")
    client.get(address)
    with django_assert_max_num_queries(9):
        assert client.get(address).status_code == 200


@pytest.mark.usefixtures("database")
def test_the_same_on_both_databases() -> None:
    house = build()
    with pytest.raises(ValidationError):
        department_save(actor=None, department=house.departments["一线"], name="一线", parent=house.departments["夜班"])
    department_save(actor=None, department=house.departments["夜班"], name="夜班", parent=house.departments["二线"])
    (top,) = chart()
    assert {node.department.name: node.total for node in top.children} == {"一线": 2, "二线": 2}
