"""林主任 on Monday: what is wrong, since when, where from, and which rows prove it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect


def test_from_the_overview_to_the_rows_that_prove_it(open_page: Callable[..., Page], product: str) -> None:
    page = open_page()
    expect(page.get_by_role("heading", name="质量总览")).to_be_visible()
    expect(page.locator('[data-chart="trend"] canvas, [data-chart="trend"] svg').first).to_be_visible()
    expect(page.locator('[data-chart="pareto"] canvas, [data-chart="pareto"] svg').first).to_be_visible()
    expect(page.locator(".ql-problem").first).to_be_visible()

    page.locator(".ql-tile", has_text="在线首次响应及时率").click()
    expect(page.get_by_role("heading", name="在线首次响应及时率")).to_be_visible()
    expect(page.get_by_text("share(first_response_minutes <= 5)")).to_be_visible()
    expect(page.locator('[data-chart="bars"] canvas, [data-chart="bars"] svg').first).to_be_visible()

    link = page.locator(".ql-now dl a").first
    number = int(re.sub(r"\D", "", link.inner_text()))
    link.click()
    expect(page.locator("h1")).to_contain_text("背后的")
    assert int(re.sub(r"\D", "", page.locator("h1").inner_text())) == number

    page.get_by_role("button", name="导出").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    path = Path(download.value.path())
    lines = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    assert len(lines) - 1 == number


def test_another_grain_and_another_standard(open_page: Callable[..., Page], product: str) -> None:
    page = open_page()
    page.get_by_label("统计周期").select_option("quarter")
    page.wait_for_url(lambda url: "grain=quarter" in url)
    expect(page.locator(".ql-page-head p")).to_contain_text("季度")
    page.get_by_label("标准").select_option("service-level")
    page.wait_for_url(lambda url: "standard=service-level" in url)
    assert "grain=quarter" in page.url
    expect(page.locator(".ql-tile").first).to_be_visible()


def test_the_process_and_the_cases_behind_a_path(open_page: Callable[..., Page], product: str) -> None:
    page = open_page()
    page.get_by_role("link", name="流程", exact=True).click()
    expect(page.locator(".ql-process__node").first).to_be_visible()
    assert page.locator(".ql-process__node").count() >= 8
    shown = page.locator(".ql-process__edge").count()
    slider = page.locator(".ql-process__slider")
    slider.focus()
    slider.press("Home")
    expect(page.locator(".ql-process__edge")).not_to_have_count(shown)
    page.locator(".ql-process__node").first.click()
    page.get_by_label("渠道").select_option("online")
    page.wait_for_url(lambda url: "channel=online" in url)
    page.locator("tr[data-select] a").first.click()
    expect(page.locator("h1")).to_contain_text("直接到")
    expect(page.locator("tbody tr").first).to_be_visible()


def test_a_link_opens_for_a_colleague_and_not_for_strangers(open_page: Callable[..., Page], product: str) -> None:
    address = f"{product}/indicators/csat/?grain=quarter"
    stranger = open_page(role=None)
    stranger.goto(address)
    expect(stranger.locator("input[name=login]")).to_be_visible()
    colleague = open_page(role="agent")
    colleague.goto(address)
    expect(colleague.get_by_role("heading", name="客户满意度得分")).to_be_visible()
    assert colleague.locator('a[href*="/rows/"]').count() == 0
