"""The pages: what they show, to whom, and that nonsense never breaks them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client

from qualityloop.analysis.lake import MANIFEST, LakeWriter

pytestmark = pytest.mark.django_db

PAGES = ("/", "/indicators/", "/indicators/first_response_online/", "/process/")
ROWS = "/indicators/first_response_online/rows/"
CASES = "/process/cases/?of=rework&a=%E8%A7%A3%E5%86%B3"


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


@pytest.mark.parametrize("address", [*PAGES, ROWS])
def test_without_records_each_page_says_what_to_do(
    director: Client, tmp_path: Path, settings: Any, address: str
) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    page = text(director, address)
    assert "qualityloop demo" in page
    assert "ql-empty" in page


@pytest.mark.parametrize("address", PAGES)
def test_a_damaged_lake_is_said(director: Client, own_home: Path, address: str) -> None:
    (own_home / "lake" / MANIFEST).write_text("{")
    page = text(director, address, status=503)
    assert "ql-empty" in page
    assert "Traceback" not in page


def test_the_overview_has_all_its_parts(director: Client, home: Path) -> None:
    page = text(director, "/")
    assert 'data-chart="trend"' in page
    assert 'data-chart="pareto"' in page
    assert page.count('class="ql-tile ql-tile--') == 6
    assert page.count('data-chart="spark"') == 6
    assert page.count("ql-ring__sector ") == 6  # dimensions of the after-sales standard that have values
    assert re.search(r'class="ql-lead__sentence"><a href="/indicators/[a-z_]+/\?', page)
    assert len(re.findall(r"ql-rank", page)) >= 1


def test_the_overview_asks_the_database_only_who_is_there_and_by_which_standard(
    director: Client, home: Path, django_assert_max_num_queries: Any
) -> None:
    text(director, "/")
    for address, most in (("/", 3), ("/indicators/", 3), ("/process/", 5)):  # the last: by which process map, too
        with django_assert_max_num_queries(most):
            text(director, address)


def test_nothing_is_computed_twice(director: Client, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for address in PAGES:
        text(director, address)
    monkeypatch.setattr("qualityloop.diagnosis.services.open_engine", None)  # whoever computes now fails
    for address in PAGES:
        text(director, address)


NONSENSE = [
    "standard=nonsense",
    "grain=fortnight",
    "period=2026-13-45",
    "period=%00",
    "period=0001-01-01",
    "period=9999-12-31",
    "standard=%27%3B+DROP+TABLE+tickets--",
    "from=x&to=y",
    "from=2026-10-31&to=2026-10-01",
    "g=team%3A%27%29+OR+1%3D1--",
    "g=password%3Ax",
    "g=%00&g=&g=%3A",
    "by=password",
    "page=-1",
    "page=999999",
    "page=abc",
    "sort=password",
    "sort=-&side=everything",
    "indicator=nonsense",
    "status=nonsense&q=%25&sort=x",
    "channel=%27+OR+%271%27%3D%271",
    "product=" + "x" * 5000,
    "format=exe",
]


@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense_in_an_address_never_breaks_a_page(director: Client, home: Path, query: str) -> None:
    for address in (*PAGES, ROWS):
        assert director.get(f"{address}?{query}").status_code == 200, f"{address}?{query}"
    assert director.get(f"{CASES}&{query}").status_code == 200


@pytest.mark.parametrize("query", ["standard=nonsense", "grain=fortnight", "period=2026-13-45"])
def test_nonsense_is_said(director: Client, home: Path, query: str) -> None:
    for address in PAGES:
        assert "alert-warning" in text(director, f"{address}?{query}")


@pytest.mark.parametrize(
    "address",
    [
        "/indicators/nonsense/",
        "/indicators/nonsense/rows/",
        "/process/cases/",
        "/process/cases/?of=edge&a=one",
        "/process/cases/?of=nonsense&a=one",
    ],
)
def test_what_does_not_exist_is_404(director: Client, home: Path, address: str) -> None:
    text(director, address, status=404)


def test_an_empty_variant_of_the_filter_says_what_to_do(director: Client, home: Path) -> None:
    page = text(director, "/indicators/?q=nothing-is-called-so")
    assert "ql-empty" in page


@pytest.mark.parametrize("key", ["after-sales", "contact-centre", "service-level", "technical-support"])
@pytest.mark.parametrize("grain", ["week", "month", "quarter", "year"])
def test_every_standard_at_every_grain(director: Client, home: Path, key: str, grain: str) -> None:
    page = text(director, f"/indicators/?standard={key}&grain={grain}")
    assert "alert-warning" not in page
    assert "ql-table" in page


def test_every_indicator_has_a_page_that_explains_it(director: Client, home: Path) -> None:
    page = text(director, "/indicators/")
    addresses = set(re.findall(r'<th scope="row"><a href="(/indicators/[a-z_0-9]+/)\?', page))
    assert len(addresses) >= 12
    for address in sorted(addresses):
        found = text(director, address)
        assert "怎么算" in found
        assert "目标" in found or "无目标" in found


def test_agents_see_how_good_the_service_is_but_nobody_by_name(signed_in: Callable[..., Client], home: Path) -> None:
    leader, agent = signed_in("director"), signed_in("agent")
    assert 'value="agent"' in text(leader, "/indicators/first_response_online/")
    for address in PAGES[:3]:
        page = text(agent, address)
        assert "/rows/" not in page
        assert 'value="agent"' not in page
    assert 'value="agent"' not in text(agent, "/indicators/first_response_online/?by=agent")
    assert "alert-warning" in text(agent, "/indicators/first_response_online/?by=agent")
    assert "alert-warning" in text(agent, "/indicators/first_response_online/?g=agent:x")
    for problem in agent.get("/?format=json").json()["problems"]:
        assert problem["sentence"] is None
        assert problem["drivers"] == []
    text(agent, ROWS, status=404)
    text(agent, "/process/", status=404)


def test_both_languages(director: Client, home: Path) -> None:
    assert "<h1>质量总览</h1>" in text(director, "/")
    director.post("/preferences/language/", {"language": "en"})
    page = text(director, "/")
    assert "<h1>Quality overview</h1>" in page
    assert "Online first response in time" in page
    assert "在线首次响应及时率" not in page


def test_snapshot_and_version_stand_at_the_foot(director: Client, home: Path, lake: Any) -> None:
    for address in PAGES:
        page = text(director, address)
        assert lake.snapshot in page


def test_new_records_are_seen_at_once(director: Client, own_home: Path) -> None:
    from qualityloop.demo import generate

    before = director.get("/indicators/?format=json").json()
    generate(own_home / "lake", tickets=1500)
    after = director.get("/indicators/?format=json").json()
    assert before["snapshot"] != after["snapshot"]


def test_refresh_computes_what_the_first_pages_show(
    own_home: Path, director: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qualityloop.diagnosis import services

    services.refresh()
    monkeypatch.setattr("qualityloop.diagnosis.services.open_engine", None)
    text(director, "/")
    text(director, "/indicators/")


def test_refresh_without_a_lake_does_nothing(tmp_path: Path, settings: Any) -> None:
    from qualityloop.diagnosis import services

    settings.QUALITYLOOP_HOME = tmp_path
    services.refresh()
    assert list(tmp_path.iterdir()) == []


def test_records_that_yield_no_indicator_are_not_called_good(director: Client, tmp_path: Path, settings: Any) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    received = pa.array([datetime(2026, 2, 5, 4)], pa.timestamp("us"))
    with LakeWriter(tmp_path / "lake") as writer:
        writer.write("complaints", pa.table({"complaint_id": ["a"], "received_at": received, "category": ["late"]}))
        writer.commit()
    page = text(director, "/")
    assert "do not yield any indicator" in page or "任何指标" in page
    assert "ql-problem" not in page
    assert 'data-chart="pareto"' in page
    for address in ("/indicators/", "/indicators/complaint_rate/", "/indicators/complaint_rate/rows/", "/process/"):
        text(director, address)


def test_complaints_of_a_month_without_tickets_have_rows_and_an_honest_reason(
    director: Client, tmp_path: Path, settings: Any
) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    with LakeWriter(tmp_path / "lake") as writer:
        created = pa.array([datetime(2026, 1, 5, 4)], pa.timestamp("us"))
        writer.write("tickets", pa.table({"ticket_id": ["t"], "created_at": created}))
        received = pa.array([datetime(2026, 2, 5, 4), datetime(2026, 2, 6, 4)], pa.timestamp("us"))
        writer.write("complaints", pa.table({"complaint_id": ["a", "b"], "received_at": received}))
        writer.commit()
    page = text(director, "/indicators/complaint_rate/?period=2026-02-01")
    assert "/indicators/complaint_rate/rows/?standard=after-sales&amp;from=2026-02-01&amp;to=2026-02-06" in page
    assert "区间" not in page.split('class="ql-hint">')[1].split("</p>")[0]
    rows = director.get(
        "/indicators/complaint_rate/rows/?standard=after-sales&from=2026-02-01&to=2026-02-06&format=csv"
    )
    assert len(b"".join(rows).splitlines()) == 3


def test_the_process_page_says_who_hands_to_whom(director: Client, home: Path) -> None:
    page = director.get("/process/").content.decode()
    assert "交接：班组" in page
    assert "谁把工单交给谁" in page
    assert " → " in page.split("交接：班组")[1].split("</table>")[0]
