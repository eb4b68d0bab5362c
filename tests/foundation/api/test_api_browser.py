"""The pages of the REST API in a real browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.audit_triggers import flushing
from tests.browser import Watched, chromium, opened, violations

from qualityloop.foundation.accounts import account_create

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PASSWORD = "Qu4lity loops"
Open = Callable[..., Watched]


@pytest.fixture(scope="module", autouse=True)
def surroundings() -> Iterator[None]:
    """Playwright keeps an event loop; Django empties all tables after each test."""
    with pytest.MonkeyPatch.context() as patch, flushing():
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture
def director(chromium: Any, live_server: Any) -> Iterator[Open]:
    """Opens pages as a director; none may complain."""
    account_create(username="lin", password=PASSWORD, role="director", name="林岚")
    kept: list[Any] = []

    def make(path: str, **options: Any) -> Watched:
        entered = opened(chromium, f"{live_server.url}/sign-in/", **options)
        watched = entered.__enter__()
        kept.append((entered, watched))
        watched.page.locator("input[name=login]").fill("lin")
        watched.page.locator("input[name=password]").fill(PASSWORD)
        watched.page.locator("main form button.btn-primary[type=submit]").click()
        watched.page.wait_for_url(lambda url: "/sign-in/" not in url)
        watched.page.goto(live_server.url + path)
        return watched

    yield make
    complaints = [text for _entered, watched in kept for text in watched.complaints]
    for entered, _watched in kept:
        entered.__exit__(None, None, None)
    assert complaints == []


def picture(watched: Watched, name: str) -> None:
    """Kept where PICTURES says, to be looked at."""
    if folder := os.environ.get("PICTURES"):
        watched.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_token_from_my_account_to_its_first_use(director: Open, live_server: Any) -> None:
    watched = director("/account/")
    page = watched.page
    page.get_by_role("link", name="API 令牌").click()
    page.locator("#token-name").fill("夜间导出")
    page.get_by_label("我的全部权限").check()
    page.get_by_role("button", name="生成令牌").click()
    secret = page.locator("#secret").input_value()
    picture(watched, "token-made")
    answer = page.request.get(f"{live_server.url}/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
    assert answer.json()["username"] == "lin"
    page.get_by_role("button", name="吊销令牌 夜间导出").click()
    expect(page.get_by_text("已吊销", exact=True)).to_be_visible()
    answer = page.request.get(f"{live_server.url}/api/v1/me", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status == 401


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_phone_and_desk(director: Open, width: int, scheme: str) -> None:
    watched = director("/api/tokens/", width=width, scheme=scheme)
    for path, name in (("/api/tokens/", "tokens"), ("/api/v1/docs/", "docs")):
        watched.page.goto(watched.page.url.split("/api/")[0] + path)
        if name == "docs":
            watched.page.locator("#views_keep > summary").click()
        picture(watched, f"{name}-{width}-{scheme}")
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(watched.page) == []
