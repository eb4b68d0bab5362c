"""Pages of plans, tasks, meetings, checkpoints and reviews, as director, leader and agent."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from qualityloop.foundation.models import User
from qualityloop.improvement.plans.models import Checkpoint, Measure, Meeting, Plan, Review, Task
from qualityloop.improvement.plans.services import reviews, tasks
from tests.improvement.plans_factories import COMPLETE, a_draft, a_problem, employed, person, running

pytestmark = pytest.mark.django_db
A = "/improvement"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def typed(**changes: Any) -> dict[str, Any]:
    """A measure as it is typed."""
    said = {
        **{k: v for k, v in COMPLETE.items() if k not in {"group", "untouched", "risks"}}, "amount": "10",
        "group_typed": "team=夜班", "untouched_typed": "team=白班\nteam=早班", "risks_typed": "讲师请假 => 班长代讲",
        "account_cost": "5000 / 8000 / 12000", "account_hours_saved": "300",
    }  # fmt: skip
    return {**said, **changes}


def test_from_the_problem_to_the_started_plan() -> None:
    leader, boss = person("senior_agent"), person("director")
    mine, theirs = browser(leader), browser(boss)
    problem = a_problem(leader)
    assert "编制改进计划" in mine.get(f"/problems/{problem.pk}/").content.decode()
    answer = mine.post(f"{A}/plans/of-problem/{problem.pk}/")
    plan = Plan.objects.get()
    assert answer["Location"] == f"{A}/plans/{plan.pk}/"
    owner = employed()
    cause = problem.root_causes.get().pk
    sent = mine.post(f"{A}/plans/{plan.pk}/measures/new/", typed(owner=owner.pk, cause_key=cause))
    assert sent.status_code == 302
    measure = Measure.objects.get()
    assert (measure.amount, measure.group, measure.risks) == (0.1, [["team", "夜班"]], [["讲师请假", "班长代讲"]])
    assert measure.untouched == [[["team", "白班"]], [["team", "早班"]]]
    assert (measure.cause, measure.cause_key) == ("夜班话术不熟", str(cause))
    assert measure.account == {"cost": [5000, 8000, 12000], "hours_saved": [300, 300, 300]}
    page = mine.get(f"{A}/plans/{plan.pk}/").content.decode()
    assert "10 个百分点" in page
    assert "净收益为正的概率" in page
    edit = mine.get(f"{A}/measures/{measure.pk}/edit/").content.decode()
    assert 'value="10.0"' in edit or 'value="10"' in edit
    mine.post(f"{A}/plans/{plan.pk}/do/", {"do": "submit"})
    assert mine.post(f"{A}/plans/{plan.pk}/approve/").status_code == 404
    theirs.post(f"{A}/plans/{plan.pk}/approve/")
    mine.post(f"{A}/plans/{plan.pk}/do/", {"do": "start"})
    plan.refresh_from_db()
    assert plan.is_frozen
    assert "已冻结" in mine.get(f"{A}/plans/{plan.pk}/").content.decode()
    assert "<svg" in mine.get(f"{A}/plans/{plan.pk}/gantt/").content.decode()


def test_what_was_typed_is_kept_with_its_error() -> None:
    leader = person("senior_agent")
    plan = a_draft(leader)
    answer = browser(leader).post(
        f"{A}/plans/{plan.pk}/measures/new/",
        typed(risks_typed="培训师请假", group_typed="夜班", account_cost="3 / 2 / 1"),
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有应对" in page
    assert "请按 team=夜班 的格式填写" in page
    assert "请填写三个数" in page
    assert 'value="3 / 2 / 1"' in page


def test_the_smart_check_answers_while_one_types() -> None:
    leader = person("senior_agent")
    plan = a_draft(leader)
    said = browser(leader).post(f"{A}/plans/{plan.pk}/smart/", typed(action="进一步提高服务意识", due_on="")).json()
    assert "“进一步”只是意愿" in said["faults"]["action"]
    assert "due_on" in said["faults"]
    assert "indicator" not in said["faults"]


def test_a_plan_with_gaps_says_so_when_handed_in() -> None:
    leader = person("senior_agent")
    plan = a_draft(leader, indicator="", owner=employed())
    mine = browser(leader)
    mine.post(f"{A}/plans/{plan.pk}/do/", {"do": "submit"})
    page = mine.get(f"{A}/plans/{plan.pk}/").content.decode()
    assert "措施尚有缺项" in page
    assert "没有写明用哪个指标看效果" in page


def test_an_agent_sees_own_tasks_on_the_board_and_moves_only_them() -> None:
    leader, agent = person("senior_agent"), person("agent")
    owner = employed(agent, name="小周")
    measure = running(leader, owner=owner)
    task = tasks.task_add(
        actor=leader, title="准备脚本", due_on=timezone.localdate() - timedelta(days=1), measure=measure
    )
    other = tasks.task_add(actor=leader, title="别人的", due_on=timezone.localdate(), owner=employed(name="别人"),
                           problem=measure.plan.problem)  # fmt: skip
    mine = browser(agent)
    page = mine.get(f"{A}/tasks/board/").content.decode()
    assert "准备脚本" in page
    assert "逾期" in page
    moved = mine.post(
        f"{A}/tasks/{task.pk}/move/", {"state": "doing", "place": "0"}, headers={"Accept": "application/json"}
    )
    assert moved.json() == {"state": "doing", "place": 0}
    assert mine.post(f"{A}/tasks/{other.pk}/move/", {"state": "done"}).status_code == 404
    assert (
        mine.post(
            f"{A}/tasks/{task.pk}/move/", {"state": "nowhere"}, headers={"Accept": "application/json"}
        ).status_code
        == 409
    )
    mine.post(f"{A}/tasks/{task.pk}/remark/", {"text": "脚本已写好"})
    assert "脚本已写好" in mine.get(f"{A}/tasks/{task.pk}/").content.decode()
    assert mine.get(f"{A}/tasks/new/").status_code == 404
    assert "别人的" not in mine.get(f"{A}/tasks/board/?who=me").content.decode()
    stranger = person("agent")
    employed(stranger)
    assert browser(stranger).get(f"{A}/tasks/{task.pk}/").status_code == 404


def test_meeting_with_decision() -> None:
    boss = person("director")
    theirs = browser(boss)
    theirs.post(f"{A}/meetings/new/", {"held_on": "2026-09-15"})
    meeting = Meeting.objects.get()
    owner = employed()
    theirs.post(f"{A}/meetings/{meeting.pk}/decide/", {"title": "更换手册", "owner": owner.pk, "due_on": "2026-09-20"})
    theirs.post(f"{A}/meetings/{meeting.pk}/do/", {"do": "close", "minutes": "同意", "present": "林、赵"})
    page = theirs.get(f"{A}/meetings/{meeting.pk}/").content.decode()
    assert "更换手册" in page
    assert "纪要已定稿" in page
    assert Task.objects.get().meeting == meeting


def test_checkpoint_from_plan_to_verdict() -> None:
    leader = person("senior_agent")
    measure, mine = running(leader), browser(leader)
    mine.post(f"{A}/measures/{measure.pk}/checkpoints/new/",
              {"kind": "sample", "title": "新增知识文章", "due_on": "2026-09-20", "share": "10"})  # fmt: skip
    check = Checkpoint.objects.get()
    items = "\n".join(f"文章 {n}" for n in range(30))
    mine.post(f"{A}/checkpoints/{check.pk}/draw/", {"items": items, "seed": "5"})
    results = {f"ok_{row.place}": "ok" for row in check.results.all()}
    assert len(results) == 3
    mine.post(f"{A}/checkpoints/{check.pk}/do/", {**results, "do": "judge"})
    page = mine.get(f"{A}/checkpoints/{check.pk}/").content.decode()
    assert "95 % 的把握" in page
    assert "<polyline" in page


def test_review_page_says_what_is_missing() -> None:
    leader = person("senior_agent")
    review = reviews.review_open(actor=leader, measure=running(leader), missed="late")
    mine = browser(leader)
    answer = mine.post(f"{A}/reviews-48h/{review.pk}/do/", {"do": "close", "cause": ""}, follow=True)
    assert "没有写明原因" in answer.content.decode()
    answer = mine.post(f"{A}/reviews-48h/{review.pk}/do/", {"do": "adjust", "cause": "排班冲突"})
    plan = Review.objects.get().adjusted
    assert answer["Location"] == f"{A}/plans/{plan.pk}/"
    assert "计划两版对比" in mine.get(f"{A}/plans/{plan.pk}/compare/").content.decode()


def test_lists_and_pages_in_both_languages() -> None:
    leader = person("director")
    measure = running(leader)
    task = tasks.task_add(actor=leader, title="x", due_on=timezone.localdate(), measure=measure)
    reviews.review_open(actor=leader, measure=measure, missed="late")
    client = browser(leader)
    for path in (
        "plans", "tasks", "meetings", "checkpoints", "reviews-48h", f"tasks/{task.pk}/edit", "tasks/new",
        "tasks/board", f"plans/{measure.plan_id}/adjust", f"measures/{measure.pk}/checkpoints/new",
    ):  # fmt: skip
        for language in ("zh-hans", "en"):
            assert client.get(f"{A}/{path}/", headers={"Accept-Language": language}).status_code == 200, path


def api(client: Client, method: str, path: str, body: Any = None) -> Any:
    answer = client.generic(method, f"/api/v1/{path}", json.dumps(body) if body is not None else "", "application/json")
    assert answer.status_code < 300, answer.content.decode()
    return answer.json() if answer.content else None


def test_the_whole_way_by_the_api_alone() -> None:
    leader, boss = person("senior_agent"), person("director")
    mine, theirs = browser(leader), browser(boss)
    problem, owner = a_problem(leader), employed()
    plan = api(mine, "POST", "plans", {"problem": problem.pk, "goal": "达标"})
    said = {**COMPLETE, "owner": owner.pk, **{k: v.isoformat() for k, v in COMPLETE.items() if hasattr(v, "isoformat")}}
    measure = api(mine, "POST", f"plans/{plan['id']}/measures", {**said, "amount": None})
    assert [one["field"] for one in measure["smart"] if one["missing"]] == ["amount"]
    measure = api(mine, "PATCH", f"measures/{measure['id']}", {"amount": 0.1})
    assert measure["smart"] == []
    api(mine, "POST", f"plans/{plan['id']}/submit")
    api(theirs, "POST", f"plans/{plan['id']}/approve")
    started = api(mine, "POST", f"plans/{plan['id']}/start")
    assert len(started["frozen_hash"]) == 64
    assert api(mine, "GET", f"plans/{plan['id']}/frozen")["measures"][0]["amount"] == 0.1
    task = api(mine, "POST", "tasks", {"title": "脚本", "due_on": "2026-09-20", "measure": measure["id"]})
    assert api(mine, "POST", f"tasks/{task['id']}/move", {"state": "done"})["state"] == "done"
    api(mine, "POST", f"tasks/{task['id']}/remarks", {"text": "好"})
    assert [one["text"] for one in api(mine, "GET", f"tasks/{task['id']}/remarks")] == ["好"]
    check = api(mine, "POST", "checkpoints",
                {"measure": measure["id"], "kind": "sample", "title": "文章", "due_on": "2026-09-20"})  # fmt: skip
    drawn = api(mine, "POST", f"checkpoints/{check['id']}/draw", {"items": [f"a{n}" for n in range(20)], "seed": 3})
    assert (drawn["size"], drawn["seed"]) == (2, 3)
    items = api(mine, "GET", f"checkpoints/{check['id']}/items")
    bad = {"results": [{"place": items[0]["place"], "ok": False, "note": "错"}]}
    api(mine, "PUT", f"checkpoints/{check['id']}/items", bad)
    assert api(mine, "POST", f"checkpoints/{check['id']}/judge", {})["state"] == "failed"
    review = Review.objects.get()
    api(mine, "PATCH", f"measure-reviews/{review.pk}", {"cause": "模板过时"})
    second = api(mine, "POST", f"measure-reviews/{review.pk}/adjust")
    api(mine, "POST", f"plans/{second['id']}/submit")
    assert api(mine, "POST", f"measure-reviews/{review.pk}/close")["closed_at"]
    meeting = api(mine, "POST", "meetings", {"held_on": "2026-09-15"})
    api(
        mine,
        "POST",
        f"meetings/{meeting['id']}/decisions",
        {"title": "换模板", "due_on": "2026-09-20", "owner": owner.pk},
    )
    api(mine, "PUT", f"meetings/{meeting['id']}/minutes", {"minutes": "同意"})
    assert api(mine, "POST", f"meetings/{meeting['id']}/close")["closed_at"]
    assert api(theirs, "GET", "plans")["items"]
