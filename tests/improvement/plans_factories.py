"""Problems with plans, for tests."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.models import User
from qualityloop.improvement.causes.editing import node_add
from qualityloop.improvement.causes.models import Category, CauseTag
from qualityloop.improvement.causes.services import cause_lock
from qualityloop.improvement.plans.models import Measure, Plan
from qualityloop.improvement.plans.services import plans
from qualityloop.improvement.problems.models import Problem
from qualityloop.improvement.problems.services import problem_open
from qualityloop.people.models import Department, Staff

_COUNT = count(1)
COMPLETE: dict[str, Any] = {
    "title": "夜班首响演练", "action": "每周三组织夜班 12 名坐席演练首响话术,每次 30 分钟", "cause": "夜班话术不熟",
    "starts_on": date(2026, 9, 7), "due_on": date(2026, 10, 30), "resources": "培训师 1 人,共 6 小时",
    "indicator": "first_response_online", "group": [["team", "夜班"]], "direction": "up", "amount": 0.1,
    "effect_until": date(2026, 12, 31), "baseline_from": date(2026, 6, 1), "baseline_until": date(2026, 8, 31),
    "method": "its", "untouched": [[["team", "白班"]]], "risks": [["培训师请假", "由班长代讲"]],
}  # fmt: skip


def person(role: str = "director", name: str = "") -> User:
    """Somebody with an account; a senior agent works in a department."""
    user = account_create(username=name or f"{role}{next(_COUNT)}", password="a good Passw0rd", role=role)
    if role == "senior_agent":
        employed(user, name=f"组长{next(_COUNT)}")
    return user


def employed(user: User | None = None, department: Department | None = None, name: str = "陈班长") -> Staff:
    """A member of staff, with an account where one is given."""
    team = department or Department.objects.create(name=f"夜班{next(_COUNT)}")
    return Staff.objects.create(name=name, user=user, department=team, number=f"S{next(_COUNT)}")


def a_problem(actor: User, *, locked: bool = True, **values: Any) -> Problem:
    """A problem whose cause is locked."""
    problem = problem_open(
        actor=actor, title="夜班首响慢", grade="important", grade_reason="连续两月低于目标", **values
    ).problem
    if locked:
        category, _new = Category.objects.get_or_create(name="人")
        tag, _new = CauseTag.objects.get_or_create(category=category, name="培训不到位")
        node = node_add(actor=actor, problem=problem, tree="whys", text=str(COMPLETE["cause"]))
        cause_lock(actor=actor, node=node, reason="三个月的数据", tag=tag)
        problem.refresh_from_db()
    return problem


def a_draft(actor: User, *, owner: Staff | None = None, problem: Problem | None = None, **values: Any) -> Plan:
    """A draft with one complete measure."""
    plan = plans.plan_begin(actor=actor, problem=problem or a_problem(actor), goal="三个月内夜班首响达标")
    plans.measure_save(actor=actor, plan=plan, owner=owner or employed(), **{**COMPLETE, **values})
    return plan


def running(actor: User, **values: Any) -> Measure:
    """The measure of a plan under way."""
    plan = a_draft(actor, **values)
    plans.plan_submit(actor=actor, plan=plan)
    plans.plan_approve(actor=person("director"), plan=plan)
    plans.plan_start(actor=actor, plan=plan)
    return Measure.objects.select_related("plan__problem", "owner__user").get(plan=plan)
