"""Debian's chromium for tests; started and stopped per module, because a running Playwright holds the event loop."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.conftest import ROOT, skip

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
DIST = ROOT / "src" / "qualityloop" / "static" / "dist"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    path = shutil.which("chromium")
    if not path:
        skip("no chromium (apt-get install chromium fonts-noto-cjk)")
    if not (DIST / ".built").exists():
        skip("the front end is not built (make setup)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Watched:
    """A page, and everything that went wrong on it or left it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def violations(self) -> list[Any]:
        """What axe finds against WCAG 2.1 AA; the page must have been opened with `policy=False`."""
        self.page.add_script_tag(path=str(AXE))
        return self.page.evaluate(  # type: ignore[no-any-return]
            "tags => axe.run(document, {runOnly: tags}).then(r => r.violations.map(v => [v.id, v.nodes[0].html]))", WCAG
        )


@contextmanager
def opened(
    browser: Browser, address: str, *, width: int = 1440, scheme: str = "light", policy: bool = True, **options: Any
) -> Iterator[Watched]:
    """The page at `address`. `policy=False` sets its content security policy aside, so that axe can be put in."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        bypass_csp=not policy,
        **options,
    )
    context.set_default_timeout(10_000)
    watched = Watched(context.new_page())

    def requested(request: Request) -> None:
        if not request.url.startswith("data:"):
            watched.requests.append(request.url)

    watched.page.on("console", lambda entry: watched.complaints.append(f"{entry.type}: {entry.text}"))
    watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    watched.page.on("request", requested)
    watched.page.goto(address)
    yield watched
    context.close()


def address_of(path: Path) -> str:
    """A file as the browser's address bar has it."""
    return path.resolve().as_uri()
