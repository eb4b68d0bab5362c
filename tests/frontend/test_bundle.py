"""The bundle as files: whole, small, and without words of its own."""

from __future__ import annotations

import re

import pytest
from tests.browser import DIST
from tests.conftest import ROOT, skip

SOURCES = sorted((ROOT / "frontend" / "src").rglob("*.ts"))


@pytest.fixture(autouse=True)
def _built() -> None:
    if not (DIST / ".built").exists():
        skip("the front end is not built (make setup)")


def test_every_part_is_there() -> None:
    assert {p.name for p in DIST.iterdir()} >= {"app.js", "app.css", "report.js", "report.css", "icons.svg", ".built"}


def test_the_report_carries_little() -> None:
    """An offline report is sent by mail; htmx and Tabler have no place in it."""
    script, style = ((DIST / name).read_text("utf-8") for name in ("report.js", "report.css"))
    assert len(script.encode()) < 720_000
    assert len(style.encode()) < 40_000
    assert "htmx" not in script
    assert "tblr" not in style


def test_nothing_is_evaluated() -> None:
    """The policy of the report forbids it, so the report must not even try."""
    report = (DIST / "report.js").read_text("utf-8")
    assert not re.search(r"\beval\(|new Function\(", report)


def test_styles_fetch_nothing() -> None:
    for name in ("app.css", "report.css"):
        style = (DIST / name).read_text("utf-8")
        addresses = [a for a in re.findall(r"url\(\s*['\"]?([^'\")]{0,40})", style) if not a.startswith("data:")]
        assert addresses == [], name


def test_typescript_holds_no_words() -> None:
    """Words come with the data, so that they are translated in one place."""
    assert SOURCES
    for path in SOURCES:
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.S)
        assert not re.search(r"[\u4e00-\u9fff]", code.replace(r"[\u2e80-\uffff]", "")), path.name
        phrases = re.findall(r"textContent = \"([^\"]+)\"|\.append\(\"(\w[^\"]*)\"", code)
        assert not phrases, f"{path.name}: {phrases}"


def test_icons_are_drawings_only() -> None:
    sprite = (DIST / "icons.svg").read_text("utf-8")
    names = re.findall(r'<symbol id="([a-z0-9-]+)"', sprite)
    assert len(names) == len(set(names)) > 50
    assert set(re.findall(r"<(\w+)", sprite)) <= {"svg", "symbol", "path", "circle", "rect", "line", "polyline"}
