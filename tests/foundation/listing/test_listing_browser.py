"""A list in a real browser: partial swaps, addresses, keyboard, phone, axe."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.audit_triggers import flushing
from tests.browser import Watched, chromium, opened, violations
from tests.foundation.listing.records import tickets

from qualityloop.foundation.accounts import account_create

__all__ = ["chromium"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.urls("tests.foundation.listing.tickets"),
]
PASSWORD = "Qu4lity loops"
Open = Callable[..., Watched]


@pytest.fixture(scope="module", autouse=True)
def surroundings() -> Iterator[None]:
    """Playwright keeps an event loop; Django empties all tables after each test."""
    with pytest.MonkeyPatch.context() as patch, flushing():
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture
def lists(chromium: Any, live_server: Any) -> Iterator[Open]:
    """Opens the list of 120 tickets as a director; no page may complain."""
    account_create(username="lin", password=PASSWORD, role="director", name="林岚")
    tickets(120)
    kept: list[Any] = []

    def make(query: str = "", **options: Any) -> Watched:
        entered = opened(chromium, f"{live_server.url}/sign-in/", **options)
        watched = entered.__enter__()
        kept.append((entered, watched))
        watched.page.locator("input[name=login]").fill("lin")
        watched.page.locator("input[name=password]").fill(PASSWORD)
        watched.page.locator("main form button.btn-primary[type=submit]").click()
        watched.page.wait_for_url(lambda url: "/sign-in/" not in url)
        watched.page.goto(f"{live_server.url}/tickets/{query}")
        return watched

    yield make
    complaints = [text for _entered, watched in kept for text in watched.complaints]
    for entered, _watched in kept:
        entered.__exit__(None, None, None)
    assert complaints == []


def first(page: Page) -> Any:
    return page.locator("#listing tbody th").first


def picture(page: Page, name: str) -> None:
    """Kept where PICTURES says, to be looked at."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_filter_sort_page_and_back(lists: Open, live_server: Any) -> None:
    page = lists().page
    page.evaluate("window.stayed = true")
    expect(first(page)).to_have_text("T000119")
    page.get_by_label("渠道").select_option("电话")
    expect(first(page)).to_have_text("T000117")
    page.wait_for_url("**/tickets/?channel=%E7%94%B5%E8%AF%9D")
    page.get_by_role("link", name="工单号").click()
    expect(page.get_by_role("columnheader", name="工单号")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("link", name="工单号").click()
    expect(first(page)).to_have_text("T000000")
    expect(page.get_by_label("渠道")).to_have_value("电话")
    page.get_by_role("link", name="显示全部").click()
    expect(first(page)).to_have_text("T000119")
    page.get_by_role("link", name="下一页").click()
    expect(first(page)).to_have_text("T000069")
    assert page.evaluate("window.stayed")  # one page all the time
    page.go_back()
    expect(first(page)).to_have_text("T000119")
    expect(page.get_by_role("heading", name="工单")).to_be_visible()


def test_words_are_looked_for_with_the_keyboard(lists: Open) -> None:
    page = lists().page
    page.get_by_label("搜索").fill("改期")
    page.keyboard.press("Enter")
    expect(first(page)).to_have_text("T000117")
    expect(page.get_by_label("搜索")).to_be_focused()
    expect(page.get_by_label("搜索")).to_have_value("改期")


def test_a_view_is_kept_and_deleted(lists: Open) -> None:
    page = lists("?channel=在线").page
    page.get_by_role("button", name="保存视图").click()
    page.get_by_label("把当前筛选和排序存为").fill("在线的")
    page.get_by_label("共享给所有人").check()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("link", name="在线的")).to_have_attribute("aria-current", "true")
    picture(page, "views")
    page.get_by_role("link", name="全部", exact=True).click()
    expect(first(page)).to_have_text("T000119")
    page.get_by_role("button", name="删除视图“在线的”").click()
    expect(page.get_by_text("视图“在线的”已删除")).to_be_visible()


def test_the_export_is_a_file(lists: Open) -> None:
    page = lists("?channel=在线").page
    page.get_by_role("button", name="导出").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "tests-tickets.csv"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_phone_and_desk(lists: Open, width: int, scheme: str) -> None:
    watched = lists("?status=overdue&created_at_from=2026-09-01", width=width, scheme=scheme)
    page = watched.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    picture(page, f"list-{width}-{scheme}")
    assert violations(watched.page) == []
    if width == 390:
        page.get_by_role("button", name="筛选").click()
        page.wait_for_timeout(400)
        expect(page.get_by_label("渠道")).to_be_hidden()
        page.goto(page.url.split("?")[0])
        picture(page, f"list-all-{width}-{scheme}")
