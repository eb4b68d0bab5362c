"""陈班长 writes a plan with SMART hints, 林主任 approves it; tasks by keyboard, a meeting, a checkpoint."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from qualityloop.foundation.accounts import account_create
from qualityloop.improvement.plans.models import Checkpoint, Meeting, Plan, Task
from tests.improvement.plans_factories import a_problem, employed
from tests.journeys.conftest import PASSWORD


def test_from_the_plan_to_the_checkpoint(open_page: Callable[..., Page], product: str) -> None:
    leader = account_create(username="chen", password=PASSWORD, role="senior_agent", name="陈班长")
    staff = employed(leader, name="陈班长")
    problem = a_problem(leader, owner=staff)
    page = open_page(role="chen")
    page.goto(f"{product}/problems/{problem.pk}/")
    page.get_by_role("button", name="编制改进计划").click()
    page.get_by_role("link", name="添加措施").click()
    page.get_by_label("措施", exact=True).fill("夜班首响演练")
    page.get_by_label("具体做法").fill("进一步加强管理")
    expect(page.locator("[data-fault=action]")).to_contain_text("只是意愿")
    page.get_by_label("具体做法").fill("每周三组织夜班 12 名坐席演练首响话术")
    expect(page.locator("[data-fault=action]")).to_have_text("")
    page.get_by_label("锁定的根因").select_option(label="夜班话术不熟")
    page.get_by_label("责任人", exact=True).select_option(label="陈班长")
    days = {"开始日期": "2026-12-01", "截止日期": "2027-01-29", "见效截止": "2027-03-31", "基线开始": "2026-09-01",
            "基线结束": "2026-11-20"}  # fmt: skip
    for label, day in days.items():
        page.get_by_label(label, exact=True).fill(day)
    page.get_by_label("所需资源").fill("培训师 1 人")
    page.get_by_label("指标", exact=True).select_option("first_response_online")
    page.locator("select[name=direction]").select_option("up")
    page.locator("input[name=amount]").fill("10")
    page.locator("select[name=method]").select_option("its")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main").get_by_text("10 个百分点")).to_be_visible()
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator("main").get_by_text("待批准").first).to_be_visible()

    boss = open_page(role="director")
    plan = Plan.objects.get()
    boss.goto(f"{product}/improvement/plans/{plan.pk}/")
    boss.get_by_role("button", name="批准").click()
    expect(boss.locator("main").get_by_text("已批准").first).to_be_visible()

    page.reload()
    page.get_by_role("button", name="启动并冻结").click()
    expect(page.locator("main").get_by_text("已冻结")).to_be_visible()
    page.get_by_role("link", name="添加任务").click()
    page.get_by_label("任务", exact=True).fill("准备演练脚本")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="看板").click()
    card = page.locator("[data-board-card]", has_text="准备演练脚本")
    card.focus()
    with page.expect_response("**/move/"):
        page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("[data-board-column=doing]")).to_contain_text("准备演练脚本")
    expect(card).to_be_focused()
    assert Task.objects.get().state == "doing"

    boss.goto(f"{product}/improvement/meetings/new/")
    boss.get_by_role("button", name="保存").click()
    expect(boss.locator("main").get_by_text("上次会议以来有变化的计划")).to_be_visible()
    boss.locator("#meeting-minutes").fill("同意")
    boss.get_by_role("button", name="保存并定稿").click()
    expect(boss.locator("main").get_by_text("纪要已定稿").first).to_be_visible()
    assert Meeting.objects.get().minutes == "同意"

    page.goto(f"{product}/improvement/plans/{plan.pk}/")
    page.get_by_role("link", name="安排检查点").click()
    page.get_by_label("检查内容").fill("新增知识文章")
    page.get_by_label("截止日期").fill("2026-12-20")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name="抽样").click()
    page.locator("textarea[name=items]").fill("\n".join(f"文章 {n}" for n in range(20)))
    page.get_by_role("button", name="保存").click()
    expect(page.locator("select[name^=ok_]")).to_have_count(2)
    for row in page.locator("select[name^=ok_]").all():
        row.select_option("ok")
    page.get_by_role("button", name="保存并判定").click()
    expect(page.locator("main").get_by_text("95 % 的把握")).to_be_visible()
    assert Checkpoint.objects.get().state == "passed"
    narrow = open_page(width=390, role="chen")
    narrow.goto(f"{product}/improvement/tasks/board/")
    expect(narrow.locator("main").get_by_text("准备演练脚本")).to_be_visible()
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 390
