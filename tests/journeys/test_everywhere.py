"""What holds on every page: phone and desk, light and dark, both languages, for everybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import violations
from tests.journeys.pages import PAGES


def settle(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("[...document.querySelectorAll('[data-chart]')].every(c => c.childElementCount > 0)")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(open_page: Callable[..., Page], product: str, theme: str) -> None:
    """WCAG 2.1 AA as axe-core sees it."""
    page = open_page(theme=theme)
    found: list[str] = []
    for name, address in PAGES.items():
        if name == "missing":  # a 404 is reported on the console by the browser itself
            continue
        settle(page, product + address)
        assert page.evaluate("document.documentElement.dataset.bsTheme") == theme
        found += [f"{name}: {fault}" for fault in violations(page)]
    assert not found, "\n".join(found)


def test_the_sign_in_page_too(open_page: Callable[..., Page], product: str) -> None:
    for theme in ("light", "dark"):
        page = open_page(role=None, theme=theme)
        settle(page, product + "/sign-in/")
        assert violations(page) == []


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
