"""The editor of lists within lists in a real browser: live sum, keyboard, new entries, drag, phone, axe."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.audit_triggers import flushing
from tests.browser import Watched, chromium, opened, violations

from qualityloop.foundation.accounts import account_create
from qualityloop.standards.process_maps.writing import WRITING as MAPS
from qualityloop.standards.score_sheets.writing import WRITING as SHEETS
from qualityloop.standards.sops.writing import WRITING as SOPS
from qualityloop.standards.versions import services
from qualityloop.standards.versions.models import Document, Version

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PASSWORD = "Qu4lity loops"
Open = Callable[..., Watched]
SHEET = "/standards/score-sheets/customer-service/1/"
MAP = "/standards/process-maps/after-sales/1/"
SOP = "/standards/sops/on-site-repair/1/"


@pytest.fixture(scope="module", autouse=True)
def surroundings() -> Iterator[None]:
    """Playwright keeps an event loop; Django empties all tables after each test."""
    with pytest.MonkeyPatch.context() as patch, flushing():
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture
def pages(chromium: Any, live_server: Any) -> Iterator[Open]:
    """Opens pages as a director, with drafts of all kinds; no page may complain."""
    author = account_create(username="lin", password=PASSWORD, role="director", name="林岚")
    for writing, key in ((SHEETS, "customer-service"), (MAPS, "after-sales"), (SOPS, "on-site-repair")):
        content = writing.data(writing.shipped(key))
        services.document_create(actor=author, kind=writing.kind.key, key=key, content=content)
    kept: list[Any] = []

    def make(path: str, **options: Any) -> Watched:
        entered = opened(chromium, f"{live_server.url}/sign-in/", locale="zh-CN", reduced_motion="reduce", **options)
        watched = entered.__enter__()
        kept.append((entered, watched))
        watched.page.locator("input[name=login]").fill("lin")
        watched.page.locator("input[name=password]").fill(PASSWORD)
        watched.page.locator("main form button.btn-primary[type=submit]").click()
        watched.page.wait_for_url(lambda url: "/sign-in/" not in url)
        watched.page.goto(f"{live_server.url}{path}")
        return watched

    yield make
    complaints = [text for _entered, watched in kept for text in watched.complaints]
    for entered, _watched in kept:
        entered.__exit__(None, None, None)
    assert complaints == []


def names(page: Any) -> list[str]:
    return page.locator("#f-dimensions > ol > li > details > summary [data-outline-title]").all_inner_texts()  # type: ignore[no-any-return]


def test_the_sum_follows_the_typing_and_the_keyboard_moves(pages: Open) -> None:
    page = pages(f"{SHEET}edit/").page
    panel = page.locator("#panel")
    expect(panel).to_contain_text("合计 100 %")
    page.locator("#f-dimensions-n1-weight").fill("42.5")
    expect(panel).to_contain_text("还差 7.5 %")
    link = panel.get_by_role("link", name="权重合计 92.5 %，还差 7.5 %。")
    link.click()
    expect(page.locator("#f-dimensions")).to_be_focused()
    page.locator("#f-dimensions-n1-weight").fill("50")
    expect(panel).to_contain_text("合计 100 %")
    assert names(page) == ["服务态度", "专业能力", "响应效率", "客户满意度"]
    page.locator("#f-dimensions-n1-weight").press("Alt+ArrowDown")
    assert names(page) == ["专业能力", "服务态度", "响应效率", "客户满意度"]
    expect(page.locator("#f-dimensions-n1-weight")).to_be_focused()
    expect(page.locator("[data-outline-said]")).to_have_text("服务态度 2 / 4")
    grip = page.locator("#f-dimensions-n2-items-n3 > .ql-outline__tools [data-outline-grip]")
    grip.drag_to(page.locator("#f-dimensions-n2-items-n1 summary"), target_position={"x": 60, "y": 5})
    expect(page.locator("#f-dimensions-n2-items > ol > li").first).to_have_id("f-dimensions-n2-items-n3")
    page.locator("button[value=done]").click()
    page.wait_for_url(lambda url: url.endswith(SHEET))
    kept = Version.objects.get(document__key="customer-service").content
    assert [d["key"] for d in kept["dimensions"]] == ["expertise", "attitude", "efficiency", "satisfaction"]
    assert [i["key"] for i in kept["dimensions"][0]["items"]] == ["escalation", "accuracy", "standard_wording"]


def test_entries_are_added_named_and_removed(pages: Open) -> None:
    page = pages(f"{SHEET}edit/").page
    page.locator("#f-dimensions-n3-items [data-outline-add]").last.click()
    fresh = page.locator("#f-dimensions-n3-items > ol > li").last
    page.keyboard.type("回电及时")
    expect(fresh.locator("[data-outline-title]").first).to_have_text("回电及时")
    fresh.locator("[name$='.points']").first.fill("15")
    fresh.locator("[data-outline-add]").click()
    expect(fresh.locator("[name*='.levels.']").first).to_be_focused()
    fresh.locator("ol [data-outline-remove]").click()
    expect(page.locator("#panel .ql-try").nth(2)).to_contain_text("回电及时")
    page.locator("#f-dimensions-n1 > .ql-outline__tools [data-outline-remove]").click()
    expect(page.locator("#panel")).to_contain_text("还差 50 %")
    page.locator("button[value=save]").click()
    page.wait_for_load_state()
    kept = Version.objects.get(document__key="customer-service").content
    assert [len(d["items"]) for d in kept["dimensions"]] == [3, 4, 3]
    assert kept["dimensions"][1]["items"][-1]["points"] == 15


def test_trying_out(pages: Open) -> None:
    page = pages(f"{SHEET}edit/").page
    page.locator("#try-tone").select_option("0")
    expect(page.locator("#panel")).to_contain_text("整单不合格")
    page.locator("#try-tone").select_option("10")
    page.locator("#try-polite_words").select_option("15")
    expect(page.locator("#panel [role=status]")).to_contain_text("95")
    expect(page.locator("#try-polite_words")).to_have_value("15")


@pytest.mark.parametrize("path", [SHEET, f"{SHEET}edit/", MAP, f"{MAP}edit/", SOP, f"{SOP}edit/",
                                  "/standards/sops-to-read/", "/standards/score-sheets/new/"])  # fmt: skip
def test_phone_and_axe(pages: Open, path: str) -> None:
    for width, scheme in ((1440, "light"), (390, "dark")):
        watched = pages(path, width=width, scheme=scheme)
        page = watched.page
        page.evaluate("s => document.documentElement.dataset.bsTheme = s", scheme)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(watched.page) == []
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=f"{folder}/{path.strip('/').replace('/', '_')}_{width}.png", full_page=True)


def test_handbook_on_paper_phone_and_axe(pages: Open) -> None:
    from qualityloop.demo.accounts import make_accounts
    from qualityloop.demo.documents import make_documents

    make_accounts()
    Version.objects.all().delete()  # the drafts of the other tests
    Document.objects.all().delete()
    make_documents()
    for width, scheme in ((1440, "light"), (390, "dark")):
        watched = pages("/handbook/", width=width, scheme=scheme)
        watched.page.evaluate("s => document.documentElement.dataset.bsTheme = s", scheme)
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(watched.page) == []
        if folder := os.environ.get("PICTURES"):
            watched.page.screenshot(path=f"{folder}/handbook_{width}.png", full_page=True)
