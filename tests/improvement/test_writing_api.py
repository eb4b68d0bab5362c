"""What the pages of the improvement room write, the API writes too: turning, causes, plans, audits, risks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User
from qualityloop.improvement.audits.models import Finding, Point, Round
from qualityloop.improvement.audits.queries import points_of
from qualityloop.improvement.causes.models import Category, CauseTag, Node
from qualityloop.improvement.evidence.models import Evidence
from qualityloop.improvement.plans.models import Measure
from qualityloop.improvement.problems.models import Mention, Problem
from qualityloop.improvement.risks.models import Item, Risk
from tests.diagnosis.conftest import demo_home, home
from tests.improvement.audits_factories import planned, running, standards
from tests.improvement.plans_factories import a_draft, employed, person
from tests.improvement.test_api import NEW, Caller
from tests.improvement.test_from_warnings import kept
from tests.improvement.test_risks import whole
from tests.people.conftest import House

__all__ = ["demo_home", "home"]
pytestmark = pytest.mark.django_db


def calls(user: User) -> Caller:
    """Somebody with a token."""
    return Caller(House(users={"one": user}), "one")


def logged(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


def test_who_works_on_a_problem_is_written(house: House) -> None:
    boss = Caller(house, "林主任")
    zhou, li = house.staff["小周"].pk, house.staff["老李"].pk
    opened = boss("POST", "improvements", {**NEW, "what": "说明", "members": [zhou]}, 201)
    pk = opened["problem"]["id"]
    assert (opened["problem"]["members"], opened["problem"]["what"]) == ([zhou], "说明")
    assert boss("PATCH", f"improvements/{pk}", {"title": "夜班很慢"})["members"] == [zhou]
    assert boss("PATCH", f"improvements/{pk}", {"members": [li, zhou]})["members"] == sorted([li, zhou])
    boss("PATCH", f"improvements/{pk}", {"members": [987654]}, 422)
    assert set(Problem.objects.get(pk=pk).members.values_list("name", flat=True)) == {"小周", "老李"}


def test_a_warning_becomes_a_problem_with_the_facts_of_the_page() -> None:
    boss, one = calls(person("director")), kept()
    owner = employed()
    refused = boss("POST", f"improvements/from-warning/{one.pk}", {"grade": "urgent", "grade_reason": "急"}, 422)
    assert [fault["where"] for fault in refused["fields"]] == ["body.grade", "body.grade_reason"]
    given = {"title": "夜班变慢", "owner": owner.pk, "members": [owner.pk]}
    made = boss("POST", f"improvements/from-warning/{one.pk}", given, 201)
    problem = Problem.objects.get()
    assert made["problem"]["id"] == problem.pk
    assert (problem.source_kind, problem.source_ref, problem.grade) == ("warning", one.number, "important")
    assert (problem.value, problem.target, problem.snapshot, problem.owner) == (0.80, 0.85, "abc123", owner)
    assert list(problem.members.all()) == [owner]
    assert list(Evidence.objects.values_list("kind", flat=True)) == ["number", "rows", "remark"]
    again = boss("POST", f"improvements/from-warning/{one.pk}", {})
    assert (again["new"], again["number"], Problem.objects.count()) == (False, problem.number, 1)
    boss("POST", "improvements/from-warning/987654", {}, 404)
    calls(person("agent"))("POST", f"improvements/from-warning/{one.pk}", {}, 404)


def test_a_warning_leads_to_its_problem_after_that_was_closed_too() -> None:
    boss, one = calls(person("director")), kept()
    made = boss("POST", f"improvements/from-warning/{one.pk}", {"title": "夜班变慢"}, 201)
    Problem.objects.update(state="closed")
    again = boss("POST", f"improvements/from-warning/{one.pk}", {"title": "夜班又变慢"})
    assert (again["new"], again["problem"]["id"]) == (False, made["problem"]["id"])
    assert Problem.objects.count() == 1


def test_a_number_becomes_a_problem_as_on_the_page(home: Path) -> None:
    boss = calls(account_create(username="lin", password="a good Passw0rd", role="director"))
    found = boss("GET", "problems")
    first = found["items"][0]
    group = [f"{column}:{value}" for column, value in first["group"].items()]
    path, asked = f"improvements/from-number/{first['indicator']}", {"day": found["period"], "g": group}
    made = boss("POST", path, asked, 201)["problem"]
    one = Problem.objects.get()
    assert (one.pk, one.value, one.grade) == (made["id"], first["value"], first["grade"])
    assert Evidence.objects.filter(kind="number", value=first["value"], n=first["n"]).exists()
    assert Evidence.objects.count() == 3 + len(first["drivers"])
    assert boss("POST", path, asked)["new"] is False
    assert Mention.objects.count() == 0
    boss("POST", "improvements/from-number/no_such", asked, 404)
    boss("POST", path, {**asked, "standard": "no_such"}, 422)
    boss("POST", path, {**asked, "g": ["nonsense:x"]}, 422)


def test_a_problem_that_one_may_not_see_is_named_and_not_shown(house: House) -> None:
    boss, leader = Caller(house, "林主任"), Caller(house, "陈班长")
    number = boss("POST", "improvements", NEW, 201)["number"]
    assert leader("POST", "improvements", NEW) == {"problem": None, "number": number, "new": False}


def test_fishbone_begun_asked_moved_and_taken_back(house: House) -> None:
    boss, zhou, li = Caller(house, "林主任"), Caller(house, "小周"), Caller(house, "老李")
    pk = boss("POST", "improvements", {**NEW, "owner": house.staff["小周"].pk}, 201)["problem"]["id"]
    bones = zhou("POST", f"causes/of/{pk}/start")["trees"][0]["causes"]
    assert [bone["text"] for bone in bones] == list(Category.objects.values_list("name", flat=True))
    assert len(zhou("POST", f"causes/of/{pk}/start")["trees"][0]["causes"]) == len(bones)
    first, second = (
        zhou("POST", f"causes/of/{pk}", {"tree": "fishbone", "text": text, "parent": bones[0]["id"]}, 201)["id"]
        for text in ("人少", "人新")
    )
    zhou("POST", f"causes/{second}/move", {"version": 1, "parent": bones[0]["id"], "first": True})
    below = Node.objects.filter(parent=bones[0]["id"]).order_by("place")
    assert [node.pk for node in below] == [second, first]
    assert zhou("POST", f"causes/of/{pk}/undo", {"tree": "fishbone"}) == {
        "undone": True, "cause": second, "text": "人新",
    }  # fmt: skip
    assert [node.pk for node in below.all()] == [first, second]
    assert boss("POST", f"causes/of/{pk}/undo", {"tree": "fishbone"})["undone"] is False
    asked = zhou("POST", f"causes/{first}/why", None, 201)
    assert (asked["tree"], asked["text"]) == ("whys", "人少")
    assert zhou("POST", f"causes/{first}/why", None, 201)["id"] == asked["id"]
    for path, body in ((f"of/{pk}/start", None), (f"of/{pk}/undo", {"tree": "whys"}), (f"{first}/why", None)):
        li("POST", f"causes/{path}", body, 404)
    zhou("POST", f"causes/of/{pk}/undo", {"tree": "bush"}, 422)
    boss("PATCH", f"causes/{asked['id']}", {"version": 1, "known_by": "排班表"})
    said = zhou("POST", f"causes/of/{pk}/undo", {"tree": "whys"}, 409)
    assert said["code"] == "conflict"


def test_kinds_of_causes_are_kept(house: House) -> None:
    boss, zhou = Caller(house, "林主任"), Caller(house, "小周")
    assert boss("GET", "cause-categories") == []
    made = boss("POST", "cause-categories", {"name": "客户"}, 201)
    assert made["sort"] == Category.objects.count() - 1
    kind = boss("POST", "cause-kinds", {"category": made["id"], "name": "期望过高"}, 201)
    assert (kind["category"], kind["active"], kind["used"]) == (made["id"], True, 0)
    boss("POST", "cause-kinds", {"category": made["id"], "name": "期望过高"}, 422)
    boss("POST", "cause-kinds", {"category": 987654, "name": "别的"}, 422)
    boss("POST", "cause-categories", {"name": "客户"}, 422)
    assert boss("PATCH", f"cause-kinds/{kind['id']}", {"active": False})["name"] == "期望过高"
    assert boss("PATCH", f"cause-categories/{made['id']}", {"name": "客户方"})["kinds"][0]["active"] is False
    assert (CauseTag.objects.get(pk=kind["id"]).active, Category.objects.get(pk=made["id"]).name) == (False, "客户方")
    assert logged("cause.taxonomy") == 4
    assert zhou("GET", "cause-categories")[-1]["kinds"][0]["name"] == "期望过高"
    zhou("PATCH", f"cause-kinds/{kind['id']}", {"name": "x"}, 403)
    zhou("POST", "cause-categories", {"name": "x"}, 403)
    boss("PATCH", "cause-kinds/987654", {"name": "x"}, 404)
    boss("PATCH", "cause-categories/987654", {"name": "x"}, 404)


def test_goal_check_and_agenda(house: House) -> None:
    actor = person("director")
    boss, plan = calls(actor), a_draft(actor)
    assert boss("PATCH", f"plans/{plan.pk}", {"goal": "年底达标"})["goal"] == "年底达标"
    letters = {
        one["letter"] for one in boss("POST", f"plans/{plan.pk}/measures/check", {"title": "加强"}) if one["missing"]
    }
    assert {"M", "T"} <= letters
    [measure] = boss("GET", f"plans/{plan.pk}/measures")
    names = ("title", "action", "cause", "starts_on", "due_on", "resources", "risks", "indicator", "group", "direction",
             "amount", "effect_until", "baseline_from", "baseline_until", "method", "untouched", "owner")  # fmt: skip
    assert boss("POST", f"plans/{plan.pk}/measures/check", {n: measure[n] for n in names}) == measure["smart"]
    assert Measure.objects.count() == 1
    leader = Caller(house, "陈班长")
    leader("PATCH", f"plans/{plan.pk}", {"goal": "x"}, 404)
    leader("POST", f"plans/{plan.pk}/measures/check", {}, 404)
    calls(person("agent"))("PATCH", f"plans/{plan.pk}", {"goal": "x"}, 403)
    boss("POST", f"plans/{plan.pk}/submit")
    boss("PATCH", f"plans/{plan.pk}", {"goal": "改"}, 422)
    meeting = boss("POST", "meetings", {"held_on": "2026-11-20"}, 201)
    boss("POST", "tasks", {"title": "核对", "due_on": "2020-01-01", "owner": employed().pk}, 201)
    again = boss("POST", f"meetings/{meeting['id']}/agenda")
    assert "late_tasks" in {part["key"] for part in again["agenda"] if part["lines"]}
    boss("PUT", f"meetings/{meeting['id']}/minutes", {"minutes": "已核对"})
    boss("POST", f"meetings/{meeting['id']}/close")
    boss("POST", f"meetings/{meeting['id']}/agenda", None, 422)
    boss("POST", "meetings/987654/agenda", None, 404)


def test_a_round_its_points_and_findings_are_changed(house: House) -> None:
    standards()
    actor, leader = person("director"), person("senior_agent")
    boss, theirs = calls(actor), calls(leader)
    one = planned(actor, parts=["control"])
    auditor = leader.staff.pk if hasattr(leader, "staff") else house.staff["陈班长"].pk
    changed = boss("PATCH", f"audits/{one.pk}", {"title": "四季度审核", "auditors": [auditor], "drawn": 5})
    assert (changed["title"], changed["auditors"], changed["parts"], changed["drawn"]) == (
        "四季度审核", [auditor], ["control"], 5,
    )  # fmt: skip
    assert boss("PATCH", f"audits/{one.pk}", {"drawn": None})["drawn"] is None
    boss("PATCH", f"audits/{one.pk}", {"ends_on": "2020-01-01"}, 422)
    boss("PATCH", f"audits/{one.pk}", {"stages": ["no:such"]}, 422)
    boss("PATCH", "audits/987654", {"title": "x"}, 404)
    point = boss("POST", f"audits/{one.pk}/points", {"text": "交接本"}, 201)["id"]
    assert boss("PATCH", f"audit-points/{point}", {"text": "交接本签字", "area": "夜班"})["area"] == "夜班"
    assert logged("audit.point_changed") == 1
    theirs("PATCH", f"audits/{one.pk}", {"title": "x"}, 403)
    calls(person("senior_agent"))("PATCH", f"audit-points/{point}", {"text": "x"}, 404)
    boss("DELETE", f"audit-points/{point}", None, 204)
    assert not Point.objects.filter(pk=point).exists()
    calls(person("agent"))("DELETE", f"audit-points/{point}", None, 403)
    started = running(actor, title="第二轮")
    boss("PATCH", f"audits/{started.pk}", {"title": "x"}, 422)
    at = points_of(started)[0].pk
    found = boss("POST", f"audit-points/{at}/findings", {"severity": "general", "text": "未签字"}, 201)["id"]
    owner = employed().pk
    said = boss("PATCH", f"audit-findings/{found}", {"severity": "severe", "owner": owner})
    assert (said["severity"], said["text"], said["owner"]) == ("severe", "未签字", owner)
    assert boss("PATCH", f"audit-findings/{found}", {"owner": None})["owner"] is None
    assert Finding.objects.get(pk=found).owner is None
    boss("PATCH", f"audit-findings/{found}", {"owner": 987654}, 422)
    boss("DELETE", f"audit-points/{at}", None, 422)
    calls(person("senior_agent"))("PATCH", f"audit-findings/{found}", {"text": "x"}, 404)
    assert Round.objects.get(pk=started.pk).title == "第二轮"


def test_a_quality_plan_is_changed_and_parts_taken_out() -> None:
    actor = person("director")
    boss, (plan, risk, ready) = calls(actor), whole(actor)
    changed = boss("PATCH", f"launch-plans/{plan.pk}", {"launch_on": "2027-04-01", "owner": None})
    assert (changed["launch_on"], changed["owner"], changed["name"]) == ("2027-04-01", None, "远程诊断")
    goal = Item.objects.get(kind="goal")
    assert boss("PATCH", f"launch-items/{goal.pk}", {"target": 0.9})["target"] == 0.9
    boss("PATCH", f"launch-items/{goal.pk}", {"target": None}, 422)
    boss("PATCH", f"launch-items/{ready.pk}", {"indicator": "csat"}, 422)
    assert boss("PATCH", f"launch-items/{ready.pk}", {"text": "15 名工程师已培训"})["text"] == "15 名工程师已培训"
    more = {"severity_after": 8, "likelihood_after": 2, "detection_after": 3, "group": [["team", "夜班"]]}
    said = boss("PATCH", f"launch-risks/{risk.pk}", {"likelihood": 5, **more})
    assert (said["rpn"], said["rpn_after"], said["group"], said["title"]) == (280, 48, [["team", "夜班"]], risk.title)
    boss("PATCH", f"launch-risks/{risk.pk}", {"severity_after": None}, 422)
    boss("PATCH", f"launch-risks/{risk.pk}", {"severity": 11}, 422)
    assert logged("launch.risk_changed") == 1
    agent, leader = calls(person("agent")), calls(person("senior_agent"))
    for path in (f"launch-plans/{plan.pk}", f"launch-items/{goal.pk}", f"launch-risks/{risk.pk}"):
        agent("PATCH", path, {}, 403)
        leader("PATCH", path, {}, 404)
    leader("DELETE", f"launch-items/{goal.pk}", None, 404)
    leader("DELETE", f"launch-risks/{risk.pk}", None, 404)
    boss("DELETE", f"launch-items/{goal.pk}", None, 204)
    boss("DELETE", f"launch-risks/{risk.pk}", None, 204)
    assert (Item.objects.filter(kind="goal").count(), Risk.objects.count()) == (0, 0)
    boss("POST", f"launch-plans/{plan.pk}/move", {"state": "stopped", "reason": "不做"})
    boss("PATCH", f"launch-plans/{plan.pk}", {"name": "改"}, 422)
    boss("DELETE", f"launch-items/{ready.pk}", None, 422)


def test_an_unknown_indicator_and_a_task_of_nobody_are_refused() -> None:
    actor = person("director")
    boss, plan = calls(actor), a_draft(actor)
    refused = boss("POST", f"plans/{plan.pk}/measures", {"title": "改", "indicator": "csatt"}, 422)
    assert "csat" in refused["fields"][0]["message"]
    [measure] = boss("GET", f"plans/{plan.pk}/measures")
    boss("PATCH", f"measures/{measure['id']}", {"indicator": "no_such"}, 422)
    launch, risk, _ready = whole(actor)
    boss("PATCH", f"launch-risks/{risk.pk}", {"indicator": "no_such"}, 422)
    goal = {"kind": "goal", "text": "达标", "indicator": "no_such", "side": "above", "target": 0.9}
    boss("POST", f"launch-plans/{launch.pk}/items", goal, 422)
    assert not Item.objects.filter(indicator="no_such").exists()
    boss("POST", "tasks", {"title": "核对", "due_on": "2027-01-01"}, 422)
    task = boss("POST", "tasks", {"title": "核对", "due_on": "2027-01-01", "owner": employed().pk}, 201)
    boss("PATCH", f"tasks/{task['id']}", {"owner": None}, 422)


def test_another_cause_is_judged_by_its_own_words() -> None:
    actor = person("director")
    boss, plan = calls(actor), a_draft(actor)
    [measure] = boss("GET", f"plans/{plan.pk}/measures")
    Measure.objects.filter(pk=measure["id"]).update(cause_key="1")
    boss("PATCH", f"measures/{measure['id']}", {"cause": "没有锁定的原因"})
    assert Measure.objects.get(pk=measure["id"]).cause_key == ""


@pytest.mark.parametrize("body", [{"title": ""}, {"title": "x\x00"}, {"nothing": 1}, {"members": [2**63]}])
def test_nonsense_is_refused_before_anything_is_opened(body: dict[str, Any]) -> None:
    boss, one = calls(person("director")), kept()
    boss("POST", f"improvements/from-warning/{one.pk}", body, 422)
    assert not Problem.objects.exists()
