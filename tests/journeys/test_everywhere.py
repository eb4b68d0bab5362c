"""What holds on every page: phone and desk, light and dark, both languages, for everybody."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import skip
from tests.journeys.pages import PAGES

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def settle(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("[...document.querySelectorAll('[data-chart]')].every(c => c.childElementCount > 0)")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(open_page: Callable[..., Page], product: str, theme: str) -> None:
    """WCAG 2.1 AA as axe-core sees it."""
    if not AXE.is_file():
        skip("axe-core is not installed: make setup")
    source = AXE.read_text("utf-8")
    page = open_page(theme=theme)
    found: list[str] = []
    for name, address in PAGES.items():
        if name == "missing":  # a 404 is reported on the console by the browser itself
            continue
        settle(page, product + address)
        assert page.evaluate("document.documentElement.dataset.bsTheme") == theme
        page.evaluate(source)
        result = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        for fault in result["violations"]:
            nodes = [node["html"][:160] + " :: " + node["failureSummary"][-200:] for node in fault["nodes"][:3]]
            found.append(f"{name}: {fault['id']}: {json.dumps(nodes, ensure_ascii=False)}")
    assert not found, "\n".join(found)


def test_the_sign_in_page_too(open_page: Callable[..., Page], product: str) -> None:
    if not AXE.is_file():
        skip("axe-core is not installed: make setup")
    for theme in ("light", "dark"):
        page = open_page(role=None, theme=theme)
        settle(page, product + "/sign-in/")
        page.evaluate(AXE.read_text("utf-8"))
        result = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        assert [fault["id"] for fault in result["violations"]] == []


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_no_page_scrolls_sideways(open_page: Callable[..., Page], product: str, width: int) -> None:
    page = open_page(width=width)
    for name, address in PAGES.items():
        if name == "missing":
            continue
        settle(page, product + address)
        needed = page.evaluate("document.documentElement.scrollWidth")
        assert needed <= width, f"{name} needs {needed} pixels of {width}"


def test_the_phone_reaches_every_page(open_page: Callable[..., Page], product: str) -> None:
    page = open_page(width=390)
    link = page.get_by_role("link", name="指标", exact=True)
    expect(link).to_be_hidden()
    page.get_by_role("button", name="菜单").click()
    expect(link).to_be_visible()
    link.click()
    expect(page.get_by_role("heading", name="指标", exact=True)).to_be_visible()


def test_language_and_theme_are_switched_and_stay(open_page: Callable[..., Page], product: str) -> None:
    page = open_page()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Quality overview")).to_be_visible()
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Dark").click()
    page.wait_for_function("document.documentElement.dataset.bsTheme === 'dark'")
    page.goto(product + "/process/")
    expect(page.get_by_role("heading", name="Process", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("heading", name="流程", exact=True)).to_be_visible()


def test_the_keyboard_gets_past_the_menu_at_once(open_page: Callable[..., Page], product: str) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_a_customer_finds_no_figures_of_the_house(open_page: Callable[..., Page], product: str) -> None:
    page = open_page(role="customer")
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()
    assert page.locator(".nav-link").count() == 0
    for address in ("/", "/indicators/", "/process/"):
        assert page.request.get(product + address).status == 404


def test_signing_out(open_page: Callable[..., Page], product: str) -> None:
    page = open_page()
    page.get_by_role("button", name="我的账号").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.locator("input[name=login]")).to_be_visible()
    assert page.request.get(product + "/", max_redirects=0).status == 302
