"""Every kind of chart and behaviour, in a real browser under the policy that the pages have."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from html import escape
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser import DIST, opened, violations

from qualityloop.analysis.indicators.standard import Unit
from qualityloop.analysis.problems.wording import format_value

pytestmark = pytest.mark.browser

POLICY = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'"
WORDS = {
    "label": "Trend of a share",
    "target": "Target",
    "warning": "Warning",
    "limits": "Limit",
    "center": "Mean",
    "filter": "Frequent paths",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "fit": "Show all",
    "count": "times",
    "median": "waiting",
}
TREND = {
    "unit": "percent",
    "better": "higher",
    "labels": [f"2026-{month:02d}" for month in range(1, 11)],
    "series": [
        {
            "name": "Share",
            "values": [0.9, 0.91, None, 0.92, 0.9, 0.91, 0.9, 0.92, 0.91, 0.7],
            "low": [0.88, 0.89, None, 0.9, 0.88, 0.89, 0.88, 0.9, 0.89, 0.67],
            "high": [0.92, 0.93, None, 0.94, 0.92, 0.93, 0.92, 0.94, 0.93, 0.73],
            "n": [900] * 10,
        }
    ],
    "target": 0.9,
    "warning": 0.85,
    "center": [None] * 8 + [0.91, 0.91],
    "lower": [None] * 8 + [0.88, 0.88],
    "upper": [None] * 8 + [0.94, 0.94],
    "signals": [9],
    "words": WORDS,
}
PARETO = {
    "items": [{"name": f"Cause {n}", "value": v, "href": f"/chosen-{n}.html"} for n, v in enumerate((60, 25, 10, 5))],
    "words": {"label": "Causes", "count": "Count", "cumulative": "Cumulative"},
}
BARS = {
    "unit": "percent",
    "items": [
        {"name": "Night", "value": 0.33, "low": 0.27, "high": 0.4, "n": 229, "status": "missed"},
        {"name": "Day", "value": 0.95, "low": 0.93, "high": 0.97, "n": 900, "status": "met"},
        {"name": "Nobody", "value": None, "low": None, "high": None, "n": 0, "status": None},
    ],
    "target": 0.9,
    "words": {"label": "By team", "target": "Target"},
}
STEPS = ["Intake", "Dispatch", "Visit", "Close"]
PROCESS = {
    "nodes": [
        {"id": s, "name": s, "count": 100 - 10 * i, "starts": 100 if i == 0 else 0, "ends": 70 if i == 3 else 0}
        for i, s in enumerate(STEPS)
    ],
    "edges": [
        {"source": a, "target": b, "count": n, "median": seconds, "p90": None}
        for a, b, n, seconds in (
            ("Intake", "Dispatch", 90, 60),
            ("Dispatch", "Visit", 80, 90_000),
            ("Visit", "Close", 60, 600),
            ("Visit", "Visit", 5, None),
            ("Dispatch", "Close", 4, 60),
        )
    ],
    "words": {**WORDS, "label": "Process map"},
}
SPARK = {"values": [1, 2, None, 3, 2], "status": "warning", "target": 2.5}
PAYLOADS = {"trend": TREND, "pareto": PARETO, "bars": BARS, "process": PROCESS, "spark": SPARK}


def _chart(kind: str, payload: dict[str, Any]) -> str:
    return (
        f'<script type="application/json" id="data-{kind}">{json.dumps(payload)}</script>'
        f'<div class="ql-chart" data-chart="{kind}" data-source="data-{kind}"></div>'
    )


def _page(body: str, language: str = "en") -> str:
    return (
        f'<!doctype html><html lang="{language}" data-bs-theme="light"><head><meta charset="utf-8">'
        "<title>Charts</title>"
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        '<link rel="stylesheet" href="/app.css"><script src="/app.js" defer></script></head>'
        f'<body><main class="container-xl"><h1>Charts</h1>{body}</main></body></html>'
    )


ALL = _page(
    '<button data-theme-toggle class="btn">Theme</button>'
    + "".join(_chart(kind, payload) for kind, payload in PAYLOADS.items())
    + '<table class="ql-table"><tbody><tr data-select="Visit"><td>Visit</td></tr></tbody></table>'
    + '<form action="/chosen.html"><label>Pick '
    '<select name="pick" data-autosubmit><option>a<option>b</select></label></form>'
    + '<button hx-get="/part.html" hx-target="#here" class="btn">More</button><div id="here"></div>'
)
NUMBERS: list[tuple[Unit, float]] = [
    ("percent", 0.7123),
    ("percent", 0.0083),
    ("percent", 0.9),
    ("per_thousand", 0.0123),
    ("minutes", 12.34),
    ("hours", 53.25),
    ("days", 3.5),
    ("count", 1204),
    ("number", 4.52),
    ("number", 1234.5),
]


def _numbers(language: str) -> str:
    units: dict[str, list[float]] = {}
    for unit, number in NUMBERS:
        units.setdefault(unit, []).append(number)
    charts = (
        _chart("bars", {"unit": u, "items": [{"name": "x", "value": n} for n in ns], "words": {"label": u}}).replace(
            "data-bars", f"data-{u}"
        )
        for u, ns in units.items()
    )
    return _page("".join(charts), language)


PAGES = {
    "/all.html": ALL,
    "/part.html": _chart("bars", BARS).replace("data-bars", "data-more"),
    "/numbers-zh.html": _numbers("zh-Hans"),
    "/numbers-en.html": _numbers("en"),
}


class _Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if (page := PAGES.get(path)) or path.startswith("/chosen"):
            body = (page or _page(f"<p>{escape(self.path)}</p>")).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    handler = functools.partial(_Handler, directory=str(DIST))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _texts(page: Page, kind: str) -> str:
    found = page.locator(f"[data-chart={kind}] svg text").all_text_contents()
    return " | ".join(found).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("width", [1440, 390])
def test_every_kind_draws_under_the_policy(width: int, chromium: Browser, site: str) -> None:
    with opened(chromium, f"{site}/all.html", width=width) as watched:
        page = watched.page
        assert "Target 90%" in _texts(page, "trend")
        assert "Limit 94%" in _texts(page, "trend")
        assert "80%" in _texts(page, "pareto")
        assert "33%" in _texts(page, "bars")
        assert page.locator("[data-chart=process] [data-kind=node]").count() == 4
        assert page.locator("[data-chart=process] [data-kind=edge]").count() == 5
        assert page.locator("[data-chart=spark] .ql-spark__line").count() == 2  # a gap parts the line
        expect(page.get_by_role("img", name="Trend of a share")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert watched.complaints == []


def test_theme_is_kept_and_charts_follow(chromium: Browser, site: str) -> None:
    line = "document.querySelector('[data-chart=trend] svg path[stroke-width=\"2\"]').getAttribute('stroke')"
    with opened(chromium, f"{site}/all.html") as watched:
        page = watched.page
        light = page.evaluate(line)
        page.get_by_role("button", name="Theme").click()
        assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
        page.wait_for_function(f"{line} !== {json.dumps(light)}")
        cookie = next(c for c in page.context.cookies() if c["name"] == "ql_theme")
        assert (cookie["value"], cookie["sameSite"]) == ("dark", "Lax")
        expect(page.get_by_role("button", name="Theme")).to_have_attribute("aria-pressed", "true")
        assert watched.complaints == []


def test_a_field_sends_its_form(chromium: Browser, site: str) -> None:
    with opened(chromium, f"{site}/all.html") as watched:
        watched.page.get_by_label("Pick").select_option("b")
        watched.page.wait_for_url("**/chosen.html?pick=b")


def test_a_bar_opens_its_rows(chromium: Browser, site: str) -> None:
    with opened(chromium, f"{site}/all.html") as watched:
        chart = watched.page.locator("[data-chart=pareto]")
        box = chart.bounding_box()
        assert box
        chart.click(position={"x": 30 + (box["width"] - 75) / 8, "y": box["height"] * 0.75})
        watched.page.wait_for_url("**/chosen-0.html")


def test_charts_that_come_later_are_drawn(chromium: Browser, site: str) -> None:
    with opened(chromium, f"{site}/all.html") as watched:
        watched.page.get_by_role("button", name="More").click()
        expect(watched.page.locator("#here [data-chart] svg")).to_be_visible()
        assert watched.complaints == []


def test_the_map_by_keyboard(chromium: Browser, site: str) -> None:
    with opened(chromium, f"{site}/all.html") as watched:
        page = watched.page
        page.evaluate("document.addEventListener('ql:select', e => { window.chosen = e.detail })")
        first = page.locator("[data-chart=process] [data-kind=node]").first
        first.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        assert page.evaluate("[window.chosen.kind, window.chosen.key, window.chosen.count]") == ["node", "Visit", 80]
        expect(page.locator("tr[data-select=Visit]")).to_have_class("is-selected")
        page.keyboard.press("Enter")
        assert page.evaluate("window.chosen") is None
        assert page.locator("[data-chart=process] [tabindex='0'][data-key]").count() == 1


def test_the_map_by_frequency(chromium: Browser, site: str) -> None:
    with opened(chromium, f"{site}/all.html") as watched:
        page = watched.page
        page.get_by_role("slider", name="Frequent paths").fill("3")
        edges = page.locator("[data-chart=process] [data-kind=edge]")
        expect(edges).to_have_count(3)
        keys = edges.evaluate_all("all => all.map(e => e.dataset.key)")
        assert sorted(keys) == ["Dispatch → Visit", "Intake → Dispatch", "Visit → Close"]
        drawing = page.locator("[data-chart=process] svg > g")
        before = str(drawing.get_attribute("transform"))
        page.get_by_role("button", name="Zoom in").click()
        expect(drawing).not_to_have_attribute("transform", before)
        page.get_by_role("button", name="Show all").click()
        expect(drawing).to_have_attribute("transform", before)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_numbers_read_as_on_the_pages(language: str, chromium: Browser, site: str) -> None:
    """Charts and sentences are two programs; what they say about one number must be the same."""
    with opened(chromium, f"{site}/numbers-{language}.html") as watched:
        drawn = watched.page.locator("svg text").all_text_contents()
    spaces = str.maketrans(dict.fromkeys("\N{NO-BREAK SPACE} ", ""))
    shown = {text.translate(spaces) for text in drawn}
    for unit, number in NUMBERS:
        expected = format_value(number, unit, language).translate(spaces)
        assert expected in shown, (unit, number, expected, sorted(shown))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_are_accessible(theme: str, chromium: Browser, site: str) -> None:
    with opened(chromium, f"{site}/all.html") as watched:
        if theme == "dark":
            watched.page.get_by_role("button", name="Theme").click()
        assert violations(watched.page) == []
