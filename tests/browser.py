"""Debian's chromium for tests; started and stopped per module, because a running Playwright holds the event loop."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.conftest import ROOT, skip

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
DIST = ROOT / "src" / "qualityloop" / "static" / "dist"
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
AND_GOOD_PRACTICE = (*WCAG, "best-practice")
PATIENCE = 60_000  # milliseconds: the machine may be busy, and what comes at all mostly comes at once
expect.set_options(timeout=PATIENCE)


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


def violations(page: Page, rules: tuple[str, ...] = AND_GOOD_PRACTICE) -> list[str]:
    """What axe finds against WCAG 2.1 AA and good practice: the rule, and up to three places with what is wrong there.

    Colours on their way from one to another are waited for: axe would measure one that nobody reads.
    """
    if not AXE.is_file():
        skip("axe-core is not installed: make setup")
    page.evaluate(
        "Promise.all(document.getAnimations().filter(a => a.effect.getComputedTiming().endTime !== Infinity)"
        ".map(a => a.finished.catch(() => null))).then(() => null)"
    )
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", list(rules))["violations"]
    return [
        f"{fault['id']}: {[node['html'][:200] + ' :: ' + node['failureSummary'][-200:] for node in fault['nodes'][:3]]}"
        for fault in found
    ]


@dataclass
class Watched:
    """A page, and everything that went wrong on it or left it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def opened(
    browser: Browser, address: str, *, width: int = 1440, scheme: str = "light", **options: Any
) -> Iterator[Watched]:
    """The page at `address`."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        **options,
    )
    context.set_default_timeout(PATIENCE)
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
