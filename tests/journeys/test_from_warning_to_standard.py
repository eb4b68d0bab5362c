"""One problem's whole life in the browser: a warning, its cause, a plan, tasks, the effect, and the standard of it.

林主任 (director), 陈班长 (team leader) and 小周 (agent) work on it from April; the clock is moved on to November.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from qualityloop.analysis.indicators.loading import load_standard
from qualityloop.analysis.warning.finding import Finding
from qualityloop.analysis.warning.registry import RULES
from qualityloop.diagnosis import store
from qualityloop.diagnosis.warnings.models import EarlyWarning
from qualityloop.diagnosis.warnings.services import findings_keep
from qualityloop.foundation.accounts import account_create
from qualityloop.improvement.effects.models import Proposal
from qualityloop.improvement.plans.models import Plan, Task
from qualityloop.improvement.problems.models import Problem
from qualityloop.standards.versions.models import Version
from tests.browser import PATIENCE
from tests.improvement.test_whole_loop_api import at, lake_home
from tests.people.conftest import House, build

__all__ = ["lake_home"]

FOUND = Finding(
    "past_warning", "escalation_rate", (("team", "技术支持组"),), date(2026, 4, 1), date(2026, 4, 26), "important",
    RULES["past_warning"].name, 0.14, 0.10, 200, 0.11, 0.18, 0.001, {"grain": "month"},
)  # fmt: skip

Person = Callable[[str], Page]


@pytest.fixture
def clock(live_server: Any, lake_home: Path, settings: Any) -> Iterator[Any]:
    """Monday, 27 April 2026."""
    settings.QUALITYLOOP_HOME = lake_home
    store.forget()
    with time_machine.travel(at(date(2026, 4, 27)), tick=True) as traveller:
        yield traveller


@pytest.fixture
def house(clock: Any) -> House:
    house = build()
    house.users["赵敏"] = account_create(username="u-赵敏", password="a good Passw0rd", role="qc", name="赵敏")
    return house


@pytest.fixture
def person(chromium: Browser, live_server: Any, house: House) -> Iterator[Person]:
    """Somebody who has just signed in; at the end no page may have reported an error."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(name: str) -> Page:
        client = Client()
        client.force_login(house.users[name])
        context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert [line for line in complaints if "status of 422" not in line] == []  # a form that was refused


def from_warning_to_problem(boss: Page, home: str) -> Problem:
    findings_keep(actor=None, found=[(FOUND, None)], standard=load_standard("after-sales"), snapshot="")
    boss.goto(f"{home}/warnings/")
    boss.locator("tbody a", has_text="YJ-").first.click()
    boss.get_by_role("button", name="认领").click()
    boss.get_by_role("link", name="转为改进").click()
    boss.get_by_label("标题").fill("技术支持组升级率偏高")
    boss.get_by_label("责任人").select_option(label="陈班长")
    boss.get_by_role("button", name="立项").click()
    expect(boss.get_by_role("heading", name="技术支持组升级率偏高")).to_be_visible()
    return Problem.objects.get()


def look_for_the_cause(leader: Page, home: str, problem: Problem) -> None:
    """A fishbone by keyboard, a chain of whys, one root cause locked."""
    leader.goto(f"{home}/problems/{problem.pk}/causes/fishbone/")
    with leader.expect_navigation():  # keys are heard when the page is loaded
        leader.get_by_role("button", name="开始画鱼骨图").click()
    leader.locator('[data-node][data-cause="方法与流程"]').focus()
    leader.keyboard.press("Control+Enter")
    expect(leader.locator("[data-writing]")).to_be_focused()
    leader.keyboard.type("升级前不查知识库")
    leader.keyboard.press("Enter")
    expect(leader.locator(".ql-fish")).to_contain_text("升级前不查知识库")
    leader.goto(f"{home}/problems/{problem.pk}/causes/whys/")
    for text, below in (("大家直接升级", ""), ("没有规定先查再升级", "大家直接升级")):
        if below:
            choice = leader.locator("#cause-parent option", has_text=below)
            leader.locator("#cause-parent").select_option(str(choice.get_attribute("value")))
        leader.locator("#cause-text").fill(text)
        leader.locator(".ql-cause-add").get_by_role("button", name="添加").click()
        expect(leader.locator(f'[data-node][data-cause="{text}"]')).to_be_visible()
    root = leader.locator('[data-node][data-cause="没有规定先查再升级"]')
    root.get_by_role("link", name="详情、证据、锁定", include_hidden=True).first.click()
    leader.get_by_role("link", name="锁定为根因").click()
    leader.get_by_label("为什么它是根因").fill("抽查 20 张升级单，17 张没有检索记录")
    kind = leader.locator("select[name=tag] option", has_text="标准不清").first
    leader.get_by_label("原因类型").select_option(str(kind.get_attribute("value")))
    leader.locator("main form button.btn-primary").click()
    expect(leader.locator(".ql-roots")).to_contain_text("没有规定先查再升级")


def plan_it(leader: Page, boss: Page, home: str, problem: Problem) -> Plan:
    leader.goto(f"{home}/problems/{problem.pk}/")
    leader.get_by_role("button", name="编制改进计划").click()
    leader.get_by_role("link", name="添加措施").click()
    leader.get_by_label("措施", exact=True).fill("升级前先查知识库")
    leader.get_by_label("具体做法").fill("每张工单升级前先查知识库并填写检索词，由组长每天抽查 10 张")
    leader.get_by_label("锁定的根因").select_option(label="没有规定先查再升级")
    leader.get_by_label("责任人", exact=True).select_option(label="小周")
    days = {"开始日期": "2026-05-11", "截止日期": "2026-06-05", "见效截止": "2026-10-31", "基线开始": "2025-11-01",
            "基线结束": "2026-05-10"}  # fmt: skip
    for label, day in days.items():
        leader.get_by_label(label, exact=True).fill(day)
    leader.get_by_label("所需资源").fill("知识库管理员 1 人")
    leader.locator("[name=risks_typed]").fill("查询变慢 => 常见问题置顶")
    leader.get_by_label("指标", exact=True).select_option("escalation_rate")
    leader.locator("[name=group_typed]").fill("team=技术支持组")
    leader.locator("select[name=direction]").select_option("down")
    leader.locator("input[name=amount]").fill("5")
    leader.locator("select[name=method]").select_option("did")
    leader.get_by_role("button", name="保存").click()
    expect(leader.locator("main").get_by_text("5 个百分点").first).to_be_visible()
    leader.get_by_role("button", name="提交审批").click()
    expect(leader.locator("main").get_by_text("待批准").first).to_be_visible()
    plan = Plan.objects.get()
    boss.goto(f"{home}/improvement/plans/{plan.pk}/")
    boss.get_by_role("button", name="批准").click()
    expect(boss.locator("main").get_by_text("已批准").first).to_be_visible()
    return plan


def carry_it_out(leader: Page, agent: Page, home: str, plan: Plan) -> None:
    leader.goto(f"{home}/improvement/plans/{plan.pk}/")
    leader.get_by_role("button", name="启动并冻结").click()
    expect(leader.locator("main").get_by_text("已冻结")).to_be_visible()
    leader.get_by_role("link", name="添加任务").click()
    leader.get_by_label("任务", exact=True).fill("写好检索规范并培训")
    leader.get_by_label("责任人", exact=True).select_option(label="小周")
    leader.get_by_label("截止日期").fill("2026-05-20")
    leader.get_by_role("button", name="保存").click()
    for who, columns in ((agent, ("doing", "check")), (leader, ("done",))):  # somebody else accepts what was done
        who.goto(f"{home}/improvement/tasks/board/")
        for column in columns:
            who.locator("[data-board-card]", has_text="写好检索规范并培训").focus()
            with who.expect_response("**/move/") as answer:
                who.keyboard.press("Alt+ArrowRight")
            assert answer.value.ok, answer.value.text()
            expect(who.locator(f"[data-board-column={column}]")).to_contain_text("写好检索规范并培训")
    assert Task.objects.get().state == "done"
    leader.goto(f"{home}/improvement/plans/{plan.pk}/")
    leader.locator(".ql-measure").get_by_role("button", name="完成").click()
    expect(leader.locator(".ql-measure").get_by_role("button", name="完成")).to_have_count(0)
    leader.get_by_role("button", name="全部执行完毕").click()
    expect(leader.get_by_role("button", name="全部执行完毕")).to_have_count(0)
    assert Problem.objects.get().state == "verifying"


def close_as_effective(boss: Page, home: str, problem: Problem) -> None:
    boss.goto(f"{home}/problems/{problem.pk}/close/")
    boss.locator("select[name=verdict]").select_option("effective")
    with boss.expect_navigation():
        boss.locator("main form button.btn-primary").click()


def test_from_a_warning_to_a_new_standard(person: Person, live_server: Any, house: House, clock: Any) -> None:
    home = str(live_server.url)
    boss, leader = person("林主任"), person("陈班长")
    problem = from_warning_to_problem(boss, home)
    look_for_the_cause(leader, home, problem)
    plan = plan_it(leader, boss, home, problem)
    clock.move_to(at(date(2026, 5, 8)))
    carry_it_out(person("陈班长"), person("小周"), home, plan)

    # a feeling closes nothing
    boss = person("林主任")
    close_as_effective(boss, home, problem)
    expect(boss.locator(".invalid-feedback, .alert-danger").first).to_be_visible()
    problem.refresh_from_db()
    assert problem.state == "verifying"

    # months go by
    clock.move_to(at(date(2026, 11, 2)))
    leader, boss = person("陈班长"), person("林主任")
    leader.goto(f"{home}/improvement/effects/of-problem/{problem.pk}/")
    leader.get_by_role("button", name="立即评估").click()
    expect(leader.locator("main").get_by_text("有效").first).to_be_visible()
    leader.get_by_role("link", name="图表、数字与明细").click()
    expect(leader.locator('[data-chart="trend"] canvas, [data-chart="trend"] svg').first).to_be_visible()

    # what worked becomes the standard
    boss.goto(f"{home}/improvement/effects/of-problem/{problem.pk}/")
    with boss.expect_navigation():
        boss.get_by_role("button", name="固化为标准").click()
    sop = Proposal.objects.get(kind="sop")
    boss.goto(f"{home}/improvement/proposals/{sop.pk}/")
    with boss.expect_navigation():
        boss.get_by_role("button", name="采纳并起草").click()
    sop.refresh_from_db()
    version = Version.objects.get(pk=sop.version_id)
    address = f"{home}/standards/sops/{version.document.key}/{version.number}/"
    for page, button, done in ((person("赵敏"), "审核通过", "赵敏"), (boss, "生效", "生效中")):
        page.goto(address)
        page.locator("summary", has_text=button).click()
        if page is not boss:
            page.get_by_label("备注").fill("步骤清楚")
        with page.expect_navigation():
            page.locator("details[open] button").click()
        expect(page.locator(".ql-banner")).to_contain_text(done)

    # closed, because it is proven; and from the standard one can walk back
    close_as_effective(boss, home, problem)
    expect(boss.get_by_role("heading", name="技术支持组升级率偏高")).to_be_visible()
    problem.refresh_from_db()
    assert (problem.state, problem.verdict) == ("closed", "effective")
    boss.goto(address)
    origin = boss.locator("section", has=boss.get_by_role("heading", name="来由"))
    expect(origin).to_contain_text("没有规定先查再升级")
    origin.get_by_role("link", name="技术支持组升级率偏高").click()
    expect(boss.get_by_role("heading", name="技术支持组升级率偏高")).to_be_visible()
    expect(boss.locator("main").get_by_text(EarlyWarning.objects.get().number).first).to_be_visible()
