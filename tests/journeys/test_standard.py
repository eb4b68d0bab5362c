"""林主任 takes a template, raises a target, sees what it would do, has it reviewed, and puts it in force."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from qualityloop.foundation.accounts import account_create
from tests.browser import violations
from tests.journeys.conftest import PASSWORD
from tests.journeys.test_everywhere import settle

TARGET = re.compile(r"i-\d+-target")


def row_of(page: Page, key: str) -> str:
    """The prefix of the fields of one indicator in the table."""
    return str(page.locator(f"input[type=hidden][value={key}]").get_attribute("name")).removesuffix("was")


def test_from_a_template_to_a_standard_in_force(open_page: Callable[..., Page], product: str) -> None:
    account_create(username="qc", password=PASSWORD, role="qc", name="赵敏")
    page = open_page()
    page.goto(product + "/")
    tile = page.locator(".ql-tile", has_text="在线首次响应及时率")
    before = tile.locator(".ql-status").inner_text()

    page.get_by_role("link", name="评估基准表", exact=True).click()
    page.get_by_role("link", name="新建").click()
    page.get_by_label("售后服务质量评估基准表").check()
    page.get_by_label("编号").fill("ours")
    page.get_by_label("修改原因").fill("建立部门标准")
    page.get_by_role("button", name="开始编写").click()
    expect(page.get_by_role("button", name="保存草稿")).to_be_visible()

    prefix = row_of(page, "first_response_online")
    target, warning = page.locator(f'[name="{prefix}target"]'), page.locator(f'[name="{prefix}warning"]')
    target.fill("百分之五")
    fault = page.locator(f'[data-fault="{prefix}target"]')
    expect(fault).to_contain_text("百分之五")
    expect(target).to_have_attribute("aria-invalid", "true")
    target.fill("20%")
    warning.fill("10%")
    expect(fault).to_be_empty()

    formula = page.locator(f'[name="{prefix}formula"]')
    formula.focus()
    formula.press("Control+End")
    formula.press_sequentially(" + me")
    expect(page.locator(".ql-suggest__list:not([hidden]) li").first).to_be_visible()
    formula.press("ArrowDown")
    expect(formula).to_have_attribute("aria-activedescendant", re.compile("suggestions-0"))
    formula.press("Enter")
    expect(formula).to_have_value("share(first_response_minutes <= 5) + mean(")
    formula.fill("share(first_response_minutes <= 5)")
    formula.press("Escape")

    page.get_by_role("button", name="试算").click()
    line = page.locator(".ql-preview tbody tr", has_text="在线首次响应及时率")
    expect(line.locator(".ql-status").last).to_have_text("达标")
    page.get_by_role("button", name="保存并离开").click()
    expect(page.locator(".ql-banner")).to_contain_text("草稿")
    expect(page.get_by_text("审核通过")).to_have_count(0)
    version = page.url

    reviewer = open_page(role="qc")
    reviewer.goto(version)
    reviewer.locator("summary", has_text="审核通过").click()
    reviewer.get_by_label("备注").fill("目标合理")
    reviewer.locator("details[open] button").click()
    expect(reviewer.locator(".ql-banner")).to_contain_text("赵敏")

    page.goto(version)
    page.locator("summary", has_text="生效").click()
    page.locator("details[open] button").click()
    expect(page.locator(".ql-banner")).to_contain_text("生效中")

    page.goto(product + "/")
    page.wait_for_load_state("networkidle")
    expect(tile.locator(".ql-status")).to_have_text("达标")
    assert before != "达标"
    expect(page.locator(".ql-page-head")).to_contain_text("第 1 版")
    page.goto(product + "/standards/indicators/ours/")
    expect(page.locator(".ql-history")).to_contain_text("版本生效")
    expect(page.locator(".ql-history")).to_contain_text("目标合理")


def test_the_editor_works_for_everybody(open_page: Callable[..., Page], product: str) -> None:
    """axe, and no sideways scrolling on the phone, on the pages that only exist with a draft."""
    page = open_page()
    page.goto(product + "/standards/indicators/new/")
    page.get_by_label("编号").fill("ours")
    page.get_by_role("button", name="开始编写").click()
    expect(page.get_by_role("button", name="保存草稿")).to_be_visible()
    for kind in ("calendars", "sla"):
        page.goto(f"{product}/standards/{kind}/new/")
        page.get_by_label("编号").fill("first")
        page.get_by_role("button", name="开始编写").click()
        expect(page.get_by_role("button", name="保存草稿")).to_be_visible()
    draft = "/standards/indicators/ours/1/"
    addresses = [
        draft,
        f"{draft}edit/",
        f"{draft}edit/indicator/?indicator=csat",
        "/standards/indicators/ours/compare/",
        *(f"/standards/{kind}/first/1/{more}" for kind in ("calendars", "sla") for more in ("", "edit/")),
        "/standards/sla/first/1/due/?created=2026-10-09T16:00&priority=urgent",
    ]
    for theme in ("light", "dark"):
        shown = open_page(theme=theme)
        for address in addresses:
            settle(shown, product + address)
            found = violations(shown)
            assert not found, f"{address}: {found}"
    phone = open_page(width=390)
    for address in addresses:
        settle(phone, product + address)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, address
