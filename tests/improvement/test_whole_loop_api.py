"""The whole life of a problem by the API alone: from the warning to the standard that came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from qualityloop.analysis.indicators.loading import load_standard
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.warning.finding import Finding
from qualityloop.analysis.warning.registry import RULES
from qualityloop.demo import generate
from qualityloop.diagnosis import store
from qualityloop.diagnosis.warnings import services as warnings
from qualityloop.foundation.api import metering
from qualityloop.foundation.api.services import token_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.notices.models import Notice
from qualityloop.improvement.causes.models import CauseTag
from qualityloop.improvement.effects.models import Proposal
from qualityloop.improvement.problems.models import Problem
from qualityloop.standards.versions import services as standards
from qualityloop.standards.versions.models import Version
from qualityloop.standards.versions.queries import in_force
from tests.people.conftest import House

ZONE = ZoneInfo("Asia/Shanghai")
TEAM = [["team", "技术支持组"]]
STANDARD = load_standard("after-sales")
BEGINS = date(2026, 5, 11)  # the demo's measure that worked
MEASURE = {
    "title": "升级前先查知识库", "action": "每张工单升级前先查知识库并填写检索词,由组长每天抽查 10 张",
    "starts_on": "2026-05-11", "due_on": "2026-06-05", "resources": "知识库管理员 1 人", "indicator": "escalation_rate",
    "group": TEAM, "direction": "down", "amount": 0.05, "effect_until": "2026-10-31", "baseline_from": "2025-11-01",
    "baseline_until": "2026-05-10", "method": "did", "risks": [["查询变慢", "常见问题置顶"]],
}  # fmt: skip


class Caller:
    """Somebody with a token."""

    def __init__(self, house: House, who: str) -> None:
        _token, self.secret = token_create(actor=house.users[who], name="loop", days=300, read_only=False)

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        metering.forget()
        answer = Client().generic(
            method, f"/api/v1/{path}", b"" if body is None else json.dumps(body),
            content_type="application/json", headers={"Authorization": f"Bearer {self.secret}"},
        )  # fmt: skip
        assert answer.status_code == status, answer.content.decode()
        return answer.json() if answer.content else None


@pytest.fixture(scope="module")
def lake_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("loop")
    generate(home / "lake", tickets=8000)
    return home


@pytest.fixture
def clock(house: House, lake_home: Path, settings: Any) -> Iterator[Any]:
    """A day before anything was done, with the rows of the demo."""
    settings.QUALITYLOOP_HOME = lake_home
    store.forget()
    with time_machine.travel(at(date(2026, 4, 27)), tick=False) as traveller:
        yield traveller


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


def quiet(*more: object) -> None:
    """Progress that nobody looks at."""


def until_the_plan_has_started(
    house: House, lake: Lake, boss: Caller, leader: Caller, clock: Any, **changes: Any
) -> int:
    """Warning → problem → fishbone → why → cause → plan → approved → started; the number of the problem."""
    found = Finding(
        "past_warning", "escalation_rate", (("team", "技术支持组"),), date(2026, 4, 1), date(2026, 4, 26), "important",
        RULES["past_warning"].name, 0.14, 0.10, 200, 0.11, 0.18, 0.001, {"grain": "month"},
    )  # fmt: skip
    (warning,) = warnings.findings_keep(actor=None, found=[(found, None)], standard=STANDARD, snapshot=lake.snapshot)
    boss("POST", f"warnings/{warning.pk}/take")
    new = {
        "title": "技术支持组升级率偏高", "grade": "important", "grade_reason": "预警",
        "source_kind": "warning",
        "source_ref": warning.number, "indicator": "escalation_rate", "group": TEAM, "period": "2026-04-01",
        "grain": "month", "value": 0.14, "target": 0.08, "standard": "after-sales", "snapshot": lake.snapshot,
        "owner": house.staff["陈班长"].pk, "department": house.departments["一线"].pk,
    }  # fmt: skip
    problem = leader("POST", "improvements", new, 201)["problem"]["id"]
    bone = leader("POST", f"causes/of/{problem}", {"tree": "fishbone", "text": "升级前不查知识库"}, 201)
    why = leader("POST", f"causes/of/{problem}", {"tree": "whys", "text": "没有规定先查再升级"}, 201)
    leader("POST", f"causes/{bone['id']}/vote")
    tag = CauseTag.objects.get(name="标准不清").pk
    leader("POST", f"causes/{why['id']}/lock", {"reason": "抽查 20 张升级单,17 张没有检索记录", "tag": tag}, 201)
    plan = leader("POST", "plans", {"problem": problem, "goal": "升级率半年内降到 8 % 以下"}, 201)["id"]
    measure = {**MEASURE, "cause": "没有规定先查再升级", "owner": house.staff["小周"].pk, **changes}
    said = leader("POST", f"plans/{plan}/measures", measure, 201)
    assert [one for one in said["smart"] if one["missing"]] == []
    leader("POST", f"plans/{plan}/submit")
    leader("POST", f"plans/{plan}/approve", None, 403)
    boss("POST", f"plans/{plan}/approve")
    clock.move_to(at(date(2026, 5, 8)))
    assert leader("POST", f"plans/{plan}/start")["frozen_hash"]
    lesson = {"cause": "没有规定", "action": "立项改进", "lesson": "升级率要按组看"}
    boss("POST", f"warnings/{warning.pk}/end", lesson)
    return problem


def carried_out(house: House, leader: Caller, agent: Caller, clock: Any, problem: int) -> int:
    """Tasks given out and done, the plan ended; the measure."""
    plan = Problem.objects.get(pk=problem).plans.get()
    measure = leader("GET", f"plans/{plan.pk}/measures")[0]["id"]
    owner = house.staff["小周"].pk
    task = {"title": "写好检索规范并培训", "due_on": "2026-05-20", "owner": owner, "measure": measure}
    done = leader("POST", "tasks", task, 201)
    agent("POST", f"tasks/{done['id']}/move", {"state": "doing"})
    clock.move_to(at(date(2026, 6, 5)))
    agent("POST", f"tasks/{done['id']}/move", {"state": "done"})
    leader("POST", f"measures/{measure}/state", {"state": "done"})
    leader("POST", f"plans/{plan.pk}/end")
    return int(measure)


def test_from_the_warning_to_the_standard(house: House, clock: Any, lake_home: Path) -> None:
    lake = Lake.open(lake_home / "lake")
    boss, leader, agent = (Caller(house, who) for who in ("林主任", "陈班长", "小周"))
    problem = until_the_plan_has_started(house, lake, boss, leader, clock)
    carried_out(house, leader, agent, clock, problem)
    assert Problem.objects.get(pk=problem).state == "verifying"
    refused = boss("POST", f"improvements/{problem}/close", {"verdict": "effective", "reason": "看起来好多了"}, 422)
    assert "证实" in refused["message"] or "验证" in refused["message"]
    # two months and more go by
    clock.move_to(at(date(2026, 11, 2)))
    (effect,) = leader("POST", f"effects/of-problem/{problem}")
    assert (effect["verdict"], effect["final"], effect["method"]) == ("effective", True, "difference_in_differences")
    assert effect["high"] < 0
    assert effect["snapshot"] == lake.snapshot
    assert effect["sentence"]["zh"].startswith("有效")
    assert leader("POST", f"effects/of-problem/{problem}") == [effect]  # the same rows: the same evaluation
    assert leader("POST", f"effects/{effect['id']}/again")["same"] is True
    whole = leader("GET", f"effects/{effect['id']}/whole")
    assert whole["result"]["points"]
    assert whole["prediction"]["amount"] == 0.05
    assert Notice.objects.filter(kind="effect.evaluated", user=house.users["小周"]).count() == 1
    leader("POST", f"improvements/{problem}/close", {"verdict": "effective"}, 403)
    # what worked becomes the standard
    boss_made = boss("POST", f"effects/of-problem/{problem}/propose")
    assert {one["kind"] for one in boss_made} == {"sop", "indicator", "score_sheet", "knowledge", "training"}
    assert boss("POST", f"effects/of-problem/{problem}/propose") == []
    sop = next(one for one in boss_made if one["kind"] == "sop")
    drafted = boss("POST", f"standard-proposals/{sop['id']}/decide", {"decision": "accept"})
    assert drafted["state"] == "drafted"
    version = Version.objects.get(pk=drafted["version"])
    assert version.content["steps"][-1]["how"]["zh"].startswith("每张工单升级前先查知识库")
    assert Problem.objects.get(pk=problem).number in version.reason
    standards.review(actor=house.users["陈班长"], version=version)
    standards.put_in_force(actor=house.users["林主任"], version=version)
    assert in_force("sops", version.document.key) == version
    assert Proposal.objects.get(pk=sop["id"]).state == "done"
    training = next(one for one in boss_made if one["kind"] == "training")
    by_hand = boss("POST", f"standard-proposals/{training['id']}/decide", {"decision": "accept"})
    assert by_hand["state"] == "accepted"
    # closed, because it is proven
    closed = boss("POST", f"improvements/{problem}/close", {"verdict": "effective"})
    assert (closed["state"], closed["verdict"]) == ("closed", "effective")
    told = set(AuditEntry.objects.values_list("action", flat=True))
    steps = {"warning.opened", "problem.opened", "cause.locked", "plan.started", "plan.task_moved", "effect.evaluated",
             "effect.proposal_decided", "standard.put_in_force", "effect.proposal_done", "problem.moved"}  # fmt: skip
    assert steps <= told
    page = Client()
    page.force_login(house.users["林主任"])
    origin = page.get(f"/standards/sops/{version.document.key}/{version.number}/").content.decode()
    assert "来由" in origin
    for step in (f"/problems/{problem}/", f"/improvement/effects/{effect['id']}/", "没有规定先查再升级"):
        assert step in origin
