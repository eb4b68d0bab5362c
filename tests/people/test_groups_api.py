"""Evaluation groups, and accounts of members of staff, for programs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User
from qualityloop.people.models import EvaluationGroup, Staff
from tests.operations.test_api import call
from tests.people.conftest import House


def members(house: House) -> list[dict[str, Any]]:
    return [
        {"post": "leader", "staff": house.staff["林主任"].pk},
        {"post": "qc", "staff": house.staff["陈班长"].pk},
        {"post": "customer", "guest": "王女士"},
        {"post": "customer", "guest": "张先生"},
    ]


def new(house: House) -> dict[str, Any]:
    return {"name": "四季度评价小组", "starts_on": "2026-10-01", "ends_on": "2026-12-31", "members": members(house)}


def test_a_group_is_made_read_and_changed(house: House) -> None:
    made = call(house, "林主任", "POST", "evaluation-groups", new(house))
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert [(one["post"], one["name"]) for one in made.json()["members"]] == [
        ("leader", "林主任"), ("qc", "陈班长"), ("customer", "王女士"), ("customer", "张先生"),
    ]  # fmt: skip
    assert AuditEntry.objects.latest("sequence").action == "evaluation_group.added"
    client = Client()
    client.force_login(house.users["小周"])
    assert "王女士" in client.get("/people/groups/").content.decode()
    assert call(house, "小周", "GET", "evaluation-groups").json() == [made.json()]
    assert call(house, "小周", "GET", f"evaluation-groups/{pk}").json() == made.json()
    renamed = call(house, "林主任", "PATCH", f"evaluation-groups/{pk}", {"name": "年终评价小组", "ends_on": None})
    assert renamed.status_code == 200, renamed.content
    assert renamed.json() == {**made.json(), "name": "年终评价小组", "ends_on": None}
    entry = AuditEntry.objects.latest("sequence")
    assert (entry.action, entry.before["name"], entry.after["name"]) == (
        "evaluation_group.changed", "四季度评价小组", "年终评价小组",
    )  # fmt: skip
    fewer = call(house, "林主任", "PATCH", f"evaluation-groups/{pk}", {"members": members(house)[:1]}).json()
    assert fewer["members"] == [{"post": "leader", "staff": house.staff["林主任"].pk, "name": "林主任"}]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"members": []}, "body.members"),
        ({"members": [{"post": "customer", "guest": "王女士"}]}, "body.members"),
        ({"members": [{"post": "leader", "guest": "王女士"}]}, "body.members"),
        ({"members": [{"post": "leader", "staff": 999_999}]}, "body.members"),
        ({"members": [{"post": "boss", "staff": 1}]}, "body.members.0.post"),
        ({"ends_on": "2026-09-01"}, "body.ends_on"),
        ({"name": "x\x00"}, "body"),
        ({"name": ""}, "body.name"),
        ({"chair": 1}, "body.chair"),
    ],
)
def test_what_makes_no_group_is_refused(house: House, change: dict[str, Any], where: str) -> None:
    answer = call(house, "林主任", "POST", "evaluation-groups", {**new(house), **change})
    assert (answer.status_code, answer.json()["fields"][0]["where"]) == (422, where), answer.content
    assert not EvaluationGroup.objects.exists()


def test_guests_have_names_of_one_person_and_leavers_are_no_members(house: House) -> None:
    for name in ("王女士,张先生", "王女士\uff0c张先生", "王女士\u3001张先生"):
        sent = {**new(house), "members": [members(house)[0], {"post": "customer", "guest": name}]}
        assert call(house, "林主任", "POST", "evaluation-groups", sent).status_code == 422
    both = {"post": "qc", "staff": house.staff["陈班长"].pk, "guest": "王女士"}
    sent = {**new(house), "members": [members(house)[0], both]}
    assert call(house, "林主任", "POST", "evaluation-groups", sent).status_code == 422
    Staff.objects.filter(pk=house.staff["陈班长"].pk).update(left_on="2026-01-01")
    gone = call(house, "林主任", "POST", "evaluation-groups", new(house))
    assert (gone.status_code, gone.json()["fields"][0]["where"]) == (422, "body.members")


def test_commas_of_a_chinese_keyboard_part_the_guests_on_the_page(house: House) -> None:
    client = Client()
    client.force_login(house.users["林主任"])
    sent = {
        "name": "小组", "starts_on": "2026-10-01", "leader": house.staff["林主任"].pk, "customer": "王女士\uff0c张先生",
    }  # fmt: skip
    assert client.post("/people/groups/new/", sent).status_code == 302
    guests = EvaluationGroup.objects.get().members.filter(post="customer")
    assert [one.who for one in guests] == ["王女士", "张先生"]


def test_groups_are_changed_by_those_who_may(house: House) -> None:
    pk = call(house, "林主任", "POST", "evaluation-groups", new(house)).json()["id"]
    assert call(house, "小周", "POST", "evaluation-groups", new(house)).status_code == 403
    assert call(house, "小周", "PATCH", f"evaluation-groups/{pk}", {"name": "x"}).status_code == 403
    assert call(house, "林主任", "PATCH", "evaluation-groups/999999", {"name": "x"}).status_code == 404
    assert call(house, "小周", "GET", "evaluation-groups/999999").status_code == 404
    assert EvaluationGroup.objects.get().name == "四季度评价小组"


def test_an_account_is_made_for_a_member_of_staff(house: House) -> None:
    house.users["admin"] = account_create(username="root", password="a good Passw0rd", role="admin")
    one = Staff.objects.create(name="新人", email="xin@example.com", department=house.departments["一线"])
    sent = {"username": "xinren", "role": "agent"}
    assert call(house, "林主任", "POST", f"staff/{one.pk}/account", sent).status_code == 403
    made = call(house, "admin", "POST", f"staff/{one.pk}/account", sent)
    assert made.status_code == 201, made.content
    assert made["Cache-Control"] == "private, no-store"
    user = User.objects.get(username="xinren")
    said = made.json()
    assert (said["id"], said["name"], said["email"], said["role"]) == (user.pk, "新人", "xin@example.com", "agent")
    assert user.check_password(said["one_time_password"])
    one.refresh_from_db()
    assert one.user_id == user.pk
    actions = list(AuditEntry.objects.order_by("-sequence").values_list("action", flat=True)[:2])
    assert actions == ["staff.changed", "account.created"]
    assert said["one_time_password"] not in str(list(AuditEntry.objects.values_list("after_json", flat=True)))


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ({"username": "u-小周", "role": "agent"}, "body.username"),
        ({"username": "a b", "role": "agent"}, "body.username"),
        ({"username": "xinren", "role": "king"}, "body.role"),
        ({"username": "xinren"}, "body.role"),
    ],
)
def test_what_makes_no_account_is_refused(house: House, sent: dict[str, Any], where: str) -> None:
    house.users["admin"] = account_create(username="root", password="a good Passw0rd", role="admin")
    one = Staff.objects.create(name="新人")
    answer = call(house, "admin", "POST", f"staff/{one.pk}/account", sent)
    assert (answer.status_code, answer.json()["fields"][0]["where"]) == (422, where), answer.content
    one.refresh_from_db()
    assert one.user_id is None
    has = call(house, "admin", "POST", f"staff/{house.staff['小周'].pk}/account", {"username": "zwei", "role": "agent"})
    assert has.status_code == 409
    assert not User.objects.filter(username="zwei").exists()
    assert call(house, "admin", "POST", "staff/999999/account", {"username": "x", "role": "agent"}).status_code == 404
