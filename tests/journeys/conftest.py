"""A browser, a served product with a small demo organisation, and somebody signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from qualityloop.demo import generate
from qualityloop.foundation.accounts import account_create
from tests.audit_triggers import flushing
from tests.browser import PATIENCE, chromium

__all__ = ["chromium"]

PASSWORD = "Qu4lity loops"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All journeys go to one worker, which then makes one lake and opens one browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="module", autouse=True)
def beside_an_event_loop() -> Iterator[None]:
    """Playwright keeps an event loop in the thread of the tests; Django would refuse to ask its database there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session")
def journey_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a small demo lake."""
    home = tmp_path_factory.mktemp("journeys")
    generate(home / "lake", tickets=8000)
    return home


@pytest.fixture(scope="session", autouse=True)
def audit_log_is_emptied() -> Iterator[None]:
    """After each journey Django empties all tables; the audit log would refuse."""
    with flushing():
        yield


@pytest.fixture
def product(live_server: Any, journey_home: Path, settings: Any) -> str:
    """Address of the product, served from another thread."""
    settings.QUALITYLOOP_HOME = journey_home
    for role in ("director", "agent", "customer"):
        account_create(username=role, password=PASSWORD, role=role, name=f"林岚({role})")
    return str(live_server.url)


@pytest.fixture
def open_page(chromium: Browser, product: str) -> Iterator[Callable[..., Page]]:
    """Opens pages in a fresh browser; at the end of the test no page may have reported an error."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(page: Page) -> None:
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))

    def make(width: int = 1440, theme: str = "light", role: str | None = "director") -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 844 if width < 600 else 900}, locale="en-US", reduced_motion="reduce"
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "ql_theme", "value": theme, "url": product}])
        page = context.new_page()
        listen(page)
        if role:
            page.goto(f"{product}/sign-in/")
            page.locator("input[name=login]").fill(role)
            page.locator("input[name=password]").fill(PASSWORD)
            page.locator("main form button.btn-primary[type=submit]").click()
            page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []
