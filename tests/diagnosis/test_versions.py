"""The past is evaluated with the version of its time, and the page, the terminal and a file never disagree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from tests.cli.conftest import Run, run

from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.indicators.evaluate import evaluate
from qualityloop.analysis.indicators.loading import load_standard, shipped_draft
from qualityloop.analysis.lake import Lake
from qualityloop.diagnosis.courses import Course, Edition, courses
from qualityloop.foundation.accounts import account_create
from qualityloop.standards.indicators.content import content_of_draft
from qualityloop.standards.versions import services
from qualityloop.standards.versions.models import Content, Document, Version

__all__ = ["run"]

ONLINE = "first_response_online"


@pytest.fixture
def release(db: None) -> Callable[..., Version]:
    """Put a content in force as the next version of the department's standard."""
    author = account_create(username="author", password="a good Passw0rd", role="director")
    reviewer = account_create(username="reviewer", password="a good Passw0rd", role="qc")

    def make(content: Content, valid_from: datetime | None = None) -> Version:
        document = Document.objects.filter(key="ours").first()
        if document is None:
            made = services.document_create(actor=author, kind="indicators", key="ours", content=content)
        else:
            made = services.draft_create(actor=author, document=document, content=content)
        services.review(actor=reviewer, version=made)
        return services.put_in_force(actor=author, version=made, valid_from=valid_from)

    return make


def template(**targets: str) -> Content:
    content = content_of_draft(shipped_draft("after-sales"))
    for row in content["indicators"]:
        if row["key"] == ONLINE:
            row.update(targets)
    return content


def two_versions(release: Callable[..., Version]) -> None:
    """Version 1 counts online answers within 5 minutes, version 2 from 15 August 2026 on within 60."""
    release(template(target="99.9%", warning="50%"), datetime(2025, 1, 1, tzinfo=UTC))
    with time_machine.travel(datetime(2026, 8, 15, 3, tzinfo=UTC), tick=False):
        release(template(target="10%", warning="5%", formula="share(first_response_minutes <= 60)"))


def test_the_departments_own_standard_takes_the_place_of_the_templates(
    director: Client, home: Path, release: Callable[..., Version]
) -> None:
    assert "after-sales" in courses(home)
    release(template(target="99.9%", warning="99%"))
    assert list(courses(home)) == ["ours"]
    page = director.get("/").content.decode()
    assert '<a href="/standards/indicators/ours/1/">' in page
    assert "早于标准首次生效" in page  # October lies before the version took effect
    found = director.get("/?format=json").json()
    assert found["standard"] == {"key": "ours", "version": "1"}
    online = next(v for v in found["values"] if v["key"] == ONLINE and v["period"] == "2026-10-01")
    assert online["status"] == "missed"
    assert found["snapshot"]


def test_each_period_is_judged_by_the_version_of_its_time(
    director: Client, home: Path, lake: Lake, release: Callable[..., Version]
) -> None:
    two_versions(release)
    answer = director.get(f"/indicators/{ONLINE}/?format=json").json()
    assert answer["versions"] == [{"version": "1", "from": "2025-10-01"}, {"version": "2", "from": "2026-08-01"}]
    shipped = load_standard("after-sales")
    shown = {item["period"]: item for item in answer["indicators"] if not item["group"]}
    expected: dict[str, float] = {}
    for minutes, first, last in ((5, date(2025, 10, 1), date(2026, 7, 31)), (60, date(2026, 8, 1), date(2026, 10, 31))):
        share = replace(shipped.indicator(ONLINE), formula=f"share(first_response_minutes <= {minutes})")
        standard = replace(shipped, indicators=(share,), headline=())
        with open_engine() as engine:
            values = evaluate(lake, standard, engine=engine, start=first, end=last, grain="month", groupings=[()])
        inside = [v for v in values.series(ONLINE) if first <= v.period <= last]
        expected |= {v.period.isoformat(): v.value for v in inside if v.value is not None}
    assert {period: item["value"] for period, item in shown.items()} == pytest.approx(expected)
    assert shown["2026-07-01"]["status"] in ("warning", "missed")
    assert shown["2026-08-01"]["status"] == "met"


def test_the_page_marks_where_the_version_changed(
    director: Client, home: Path, release: Callable[..., Version]
) -> None:
    two_versions(release)
    page = director.get(f"/indicators/{ONLINE}/").content.decode()
    assert '"marks": [{"at": 10, "text": "v2"}]' in page
    assert '"targets": [0.999' in page
    assert page.count(">v1<") == 10
    assert page.count(">v2<") == 3


def test_the_rows_behind_an_old_value_are_those_that_its_version_counted(
    director: Client, home: Path, release: Callable[..., Version]
) -> None:
    two_versions(release)
    answer = director.get(f"/indicators/{ONLINE}/?format=json").json()
    july = next(i for i in answer["indicators"] if i["period"] == "2026-07-01" and not i["group"])
    page = director.get(f"/indicators/{ONLINE}/").content.decode()
    assert "version=1&amp;from=2026-07-01&amp;to=2026-07-31" in page
    url = f"/indicators/{ONLINE}/rows/?standard=ours&version=1&from=2026-07-01&to=2026-07-31&side=numerator&format=json"
    assert len(director.get(url).json()["rows"]) == july["numerator"]


def test_what_was_shown_for_the_past_stays_when_a_new_version_comes(
    director: Client, home: Path, release: Callable[..., Version]
) -> None:
    release(template(), datetime(2025, 1, 1, tzinfo=UTC))
    before = director.get("/indicators/?format=json").json()["indicators"]
    release(template(target="99.9%", warning="99%", formula="share(first_response_minutes <= 1)"))
    assert director.get("/indicators/?format=json").json()["indicators"] == before


@pytest.mark.parametrize("form", ["yaml", "xlsx"])
def test_an_exported_standard_gives_the_same_numbers_at_the_terminal(
    director: Client, home: Path, tmp_path: Path, run: Run, release: Callable[..., Version], form: str
) -> None:
    release(template(target="93%", warning="70%"), datetime(2025, 1, 1, tzinfo=UTC))
    shown = director.get("/?format=json&period=2026-10-01").json()
    path = tmp_path / f"ours.{form}"
    path.write_bytes(director.get(f"/standards/indicators/ours/1/export/?format={form}").content)
    outcome = run(
        "diagnose", home / "lake", "--standard", path, "--from", "2025-10-01", "--to", "2026-10-31",
        "--format", "json", "-o", "-",
    )  # fmt: skip
    assert outcome.code in (0, 1), outcome.err
    names = ("value", "n", "low", "high", "status", "previous", "year_ago", "signal")

    def numbers(values: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[Any, ...]]:
        return {(v["key"], v["period"]): tuple(v[name] for name in names) for v in values if not v["group"]}

    page, terminal = numbers(shown["values"]), numbers(outcome.json["indicators"])
    assert page.keys() == terminal.keys()
    for key, expected in page.items():  # threads add up in an order of their own
        pairs = zip(names, expected, terminal[key], strict=True)
        assert [name for name, a, b in pairs if a != (b if isinstance(a, str | None) else pytest.approx(b))] == [], key
    assert outcome.json["standard"] == {"key": "ours", "version": "1"}


def test_a_period_belongs_to_the_version_at_its_end() -> None:
    zone = "Asia/Shanghai"
    first, second = load_standard("after-sales"), load_standard("service-level")
    change = datetime(2026, 8, 1, tzinfo=ZoneInfo(zone))
    course = Course((Edition(first, datetime(2026, 6, 15, tzinfo=UTC)), Edition(second, change)))
    now = datetime(2026, 12, 1, tzinfo=UTC)

    def judged(period: date, at: datetime = now) -> str:
        return course.of_period(period, "month", zone, at).standard.key

    assert judged(date(2026, 1, 1)) == "after-sales"  # before the first: none of its time, so the first
    assert judged(date(2026, 7, 1)) == "after-sales"  # its last instant is one before the change
    assert judged(date(2026, 8, 1)) == "service-level"
    assert judged(date(2026, 8, 1), datetime(2026, 7, 20, tzinfo=UTC)) == "after-sales"  # not over: what holds now
