"""The diagnosis report: complete, honest, escaped, and without a single address to fetch from."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.browser import DIST, address_of, opened, violations
from tests.conftest import skip
from tests.reports.samples import BREAKOUT, DIAGNOSIS, PROCESS

from qualityloop.analysis.messages import AnalysisError
from qualityloop.reports import bundle, diagnosis_html, process_html

ADDRESSED = {"src", "href", "srcset", "action", "data", "poster", "formaction", "background", "ping", "manifest"}


class _Read(HTMLParser):
    """Text that is seen, addresses, scripts, and the data of charts."""

    def __init__(self, document: bytes) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.addresses: list[str] = []
        self.scripts: list[str] = []
        self.charts: dict[str, dict] = {}
        self.styles: list[str] = []
        self.policy = ""
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(document.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.addresses += [value or "" for name, value in attrs if name in ADDRESSED]
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes["content"] or ""
        if tag in ("script", "style"):
            self._open.append((tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._open:
            self.seen.append(data)
            return
        tag, attributes = self._open[-1]
        if tag == "style":
            self.styles.append(data)
        elif attributes.get("type") == "application/json":
            self.charts[str(attributes["id"])] = json.loads(data)
        else:
            self.scripts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "\n".join(self.seen).replace("\N{NO-BREAK SPACE}", " "))


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    if not (DIST / ".built").exists():
        skip("the front end is not built (make setup)")


@pytest.fixture(scope="module")
def english() -> bytes:
    return diagnosis_html.render(DIAGNOSIS, language="en")


@pytest.fixture(scope="module")
def process() -> bytes:
    return process_html.render(PROCESS, language="en", title="Order to close")


@pytest.mark.parametrize("document", ["english", "process"])
def test_nothing_is_fetched(document: str, request: pytest.FixtureRequest) -> None:
    read = _Read(request.getfixturevalue(document))
    assert {a for a in read.addresses if not a.startswith("#")} == {"data:,"}
    assert not re.search(r"url\((?!['\"]?data:)|@import", "".join(read.styles))
    assert not re.search(r"https?://(?!www\.w3\.org/)", "".join(read.styles))
    assert "default-src 'none'" in read.policy
    assert "unsafe" not in read.policy
    assert "http" not in read.policy


@pytest.mark.parametrize("document", ["english", "process"])
def test_data_cannot_break_out(document: str, request: pytest.FixtureRequest) -> None:
    read = _Read(request.getfixturevalue(document))
    assert len(read.scripts) == 1
    assert "alert(1)" not in read.scripts[0]
    assert BREAKOUT in read.text  # shown as what it is


def test_numbers_stand_with_target_interval_and_n(english: bytes) -> None:
    text = _Read(english).text
    for expected in (
        "71.2 % −14.8 pp target ≥ 90% · 1,204 tickets 95 % interval 69.8 – 72.6%",  # 0.712 × (1 ± 0.02); 0.712 − 0.86
        "53.2 h +1.25 h target ≤ 48 h · 890 tickets",  # 53.25 − 52
        "0.83 % +0.23 pp target ≤ 1%",  # 0.0083 − 0.006
        "226 × 3.75 × 1 × 1.5 = 1,274",  # 226.4 × 3.75 × 1 × 1.5 = 1273.5
        "1 missed, 1 at warning, 1 on target",
        "Rows rejected 12",
        "column “nps”",
        "share(first_response_minutes <= 5)",
        "Standard sample, version 3 · snapshot snap-1",
    ):
        assert expected in text, expected


def test_charts_get_what_was_measured(english: bytes) -> None:
    charts = list(_Read(english).charts.values())
    trends = [c for c in charts if "labels" in c and c["series"][0]["name"] == "Online first response in time"]
    assert trends
    for trend in trends:
        assert trend["series"][0]["values"] == [0.92, 0.91, 0.915, 0.905, None, 0.92, 0.91, 0.90, 0.86, 0.712]
        assert trend["signals"] == [9]
        assert trend["lower"] == [None] * 8 + [0.88, 0.88]
        assert (trend["target"], trend["warning"]) == (0.90, 0.85)
    paretos = [c for c in charts if "line" in c]
    assert [[item["value"] for item in p["items"]] for p in paretos] == [[600, 250, 100, 50]]  # ten months each


def test_causes_come_first() -> None:
    counted = [("slow", 10), ("rude", 40), ("late", 20), ("rude", 30)]
    value = DIAGNOSIS.values.values[0]
    causes = tuple(dataclasses.replace(value, group=(("category", name),), n=n) for name, n in counted)
    document = diagnosis_html.render(dataclasses.replace(DIAGNOSIS, causes=causes), language="en")
    paretos = [c["items"] for c in _Read(document).charts.values() if "line" in c]
    assert len(paretos) == 1  # the split by category would say the same once more
    assert paretos[0] == [{"name": "rude", "value": 70}, {"name": "late", "value": 20}, {"name": "slow", "value": 10}]
    assert "2 of 3 make up 90%" in _Read(document).text


def test_numbers_that_cannot_be_drawn_are_gaps() -> None:
    endless = dataclasses.replace(DIAGNOSIS.values.values[9], low=-math.inf, high=math.nan, upper_limit=math.inf)
    values = dataclasses.replace(DIAGNOSIS.values, values=[*DIAGNOSIS.values.values[:9], endless])
    read = _Read(diagnosis_html.render(dataclasses.replace(DIAGNOSIS, values=values), language="zh"))
    trend = next(c for c in read.charts.values() if "labels" in c)
    assert (trend["series"][0]["low"][9], trend["series"][0]["high"][9], trend["upper"][9]) == (None, None, None)


def test_an_empty_diagnosis_says_so() -> None:
    values = dataclasses.replace(DIAGNOSIS.values, values=[])
    empty = dataclasses.replace(DIAGNOSIS, values=values, problems=(), not_computed=(), rejected={}, period=None)
    text = _Read(diagnosis_html.render(empty, language="en")).text
    assert "No indicator misses its target for sure" in text
    assert "None of the indicators with a target could be computed" in text


def test_languages_differ_only_in_words() -> None:
    chinese = diagnosis_html.render(DIAGNOSIS, language="zh").decode()
    assert '<html lang="zh-Hans"' in chinese
    assert "71.2 %" in chinese.replace("\N{NO-BREAK SPACE}", " ")
    assert "在线首次响应及时率" in chinese
    assert "Online first response" not in chinese


def test_process_tables(process: bytes) -> None:
    text = _Read(process).text
    for expected in (
        "100 cases · 290 events · 9 variants",
        f"派单 → {BREAKOUT} 80 24 h 3.5 d 80 d 90%",  # 86 400 s, 300 000 s, 6 912 000 s
        "63 of 100 cases (63%) keep to the order",
        "left out: 3 rows without case, activity or time",
    ):
        assert expected in text, expected


def test_without_the_bundle_the_reason_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "DIST", tmp_path)
    with pytest.raises(AnalysisError, match="make setup"):
        diagnosis_html.render(DIAGNOSIS, language="en")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
@pytest.mark.parametrize("document", ["english", "process"])
def test_opens_offline_and_draws(
    document: str, width: int, scheme: str, chromium: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(request.getfixturevalue(document))
    with opened(chromium, address_of(file), width=width, scheme=scheme, offline=True) as watched:
        charts = watched.page.locator("[data-chart]")
        assert charts.count() >= (1 if document == "process" else 8)
        drawn = charts.evaluate_all("all => all.map(c => c.querySelectorAll('svg path, svg rect').length > 1)")
        assert all(drawn)
        assert watched.page.evaluate("document.documentElement.dataset.bsTheme") == scheme
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
        assert watched.complaints == []
        assert watched.requests == [address_of(file)]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("document", ["english", "process"])
def test_is_accessible(
    document: str, scheme: str, chromium: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(request.getfixturevalue(document))
    with opened(chromium, address_of(file), scheme=scheme) as watched:
        watched.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert violations(watched.page) == []


@pytest.mark.browser
def test_paper_is_white(chromium: Browser, english: bytes, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(english)
    with opened(chromium, address_of(file), scheme="dark") as watched:
        page = watched.page
        theme = "document.documentElement.dataset.bsTheme"
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate(theme) == "light"
        assert page.locator("details:not([open])").count() == 0
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.evaluate(theme) == "dark"
