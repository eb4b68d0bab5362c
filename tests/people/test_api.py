"""Departments and staff for programs."""

from __future__ import annotations

from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.people.models import Department, Staff
from tests.operations.test_api import call
from tests.people.conftest import House


def test_departments(house: House) -> None:
    new = {"name": "三线", "parent": house.departments["客服部"].pk, "leader": house.staff["老李"].pk, "duties": "专家"}
    made = call(house, "林主任", "POST", "departments", new)
    assert made.status_code == 201, made.content
    one = Department.objects.get(name="三线")
    assert (one.parent, one.leader, made.json()["id"]) == (house.departments["客服部"], house.staff["老李"], one.pk)
    assert AuditEntry.objects.latest("sequence").record_id == str(one.pk)
    assert call(house, "林主任", "POST", "departments", new).status_code == 422
    moved = call(house, "林主任", "PATCH", f"departments/{one.pk}", {"leader": None, "sort": 5}).json()
    assert (moved["leader"], moved["sort"], moved["duties"]) == (None, 5, "专家")
    top = house.departments["客服部"]
    loop = call(house, "林主任", "PATCH", f"departments/{top.pk}", {"parent": one.pk})
    assert (loop.status_code, loop.json()["fields"][0]["where"]) == (422, "body.parent")
    busy = call(house, "林主任", "PATCH", f"departments/{house.departments['二线'].pk}", {"is_active": False})
    assert (busy.status_code, busy.json()["fields"][0]["where"]) == (422, "body.is_active")
    assert call(house, "林主任", "PATCH", f"departments/{one.pk}", {"is_active": False}).json()["is_active"] is False
    assert len(call(house, "小周", "GET", "departments").json()) == 5
    assert call(house, "小周", "GET", f"departments/{one.pk}").json()["name"] == "三线"
    assert call(house, "小周", "PATCH", f"departments/{one.pk}", {"sort": 1}).status_code == 403
    assert call(house, "林主任", "PATCH", "departments/999999", {"sort": 1}).status_code == 404


def test_staff(house: House) -> None:
    team = house.departments["一线"]
    new = {"name": "新人", "number": "A7", "department": team.pk, "joined_on": "2026-10-01"}
    made = call(house, "林主任", "POST", "staff", new)
    assert made.status_code == 201, made.content
    one = Staff.objects.get(name="新人")
    assert (one.department, one.number, one.joined_on.isoformat()) == (team, "A7", "2026-10-01")
    wrong = call(house, "林主任", "PATCH", f"staff/{one.pk}", {"left_on": "2026-09-01"})
    assert (wrong.status_code, wrong.json()["fields"][0]["where"]) == (422, "body.left_on")
    taken = call(house, "林主任", "PATCH", f"staff/{one.pk}", {"user": house.users["小周"].pk})
    assert (taken.status_code, taken.json()["fields"][0]["where"]) == (422, "body.user")
    changed = call(house, "林主任", "PATCH", f"staff/{one.pk}", {"post": "客服", "department": None}).json()
    assert (changed["post"], changed["department"], changed["number"]) == ("客服", None, "A7")
    assert AuditEntry.objects.latest("sequence").record_id == str(one.pk)
    assert call(house, "小周", "POST", "staff", new).status_code == 403
    assert call(house, "林主任", "PATCH", "staff/999999", {"post": "x"}).status_code == 404
