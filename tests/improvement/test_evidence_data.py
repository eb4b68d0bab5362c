"""Evidence chosen from the lake, files by the API, and lots of checkpoints drawn from records."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qualityloop.analysis.acceptance import draw
from qualityloop.analysis.lake import Lake
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User
from qualityloop.improvement.causes.editing import node_add, trees_start
from qualityloop.improvement.evidence.models import Evidence
from qualityloop.improvement.plans.models import Checkpoint
from qualityloop.improvement.problems.services import problem_open
from qualityloop.operations.models import Ticket
from tests.diagnosis.conftest import demo_home, home
from tests.improvement.plans_factories import person, running

__all__ = ["demo_home", "home"]
pytestmark = pytest.mark.django_db
A = "/improvement"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sent(client: Client, path: str, body: Any) -> Any:
    return client.generic("POST", f"/api/v1/{path}", json.dumps(body), "application/json")


@pytest.fixture
def leader() -> User:
    return person("director")


def a_cause(leader: User) -> Any:
    problem = problem_open(actor=leader, title="夜班慢", grade="important", grade_reason="x").problem
    trees_start(actor=leader, problem=problem)
    return node_add(actor=leader, problem=problem, tree="whys", text="夜里人手不足")


def by_hand(home: Path, sql: str) -> list[tuple[Any, ...]]:
    """Straight from the files, not by our language."""
    files = [str(file) for file in Lake.open(home / "lake").datasets["tickets"].files]
    return duckdb.sql(sql.format(t=f"read_parquet({files!r})")).fetchall()


def a_month(home: Path) -> tuple[date, date]:
    """A whole month of the lake."""
    return by_hand(
        home,
        "SELECT date_trunc('month', max(created_at_day) - INTERVAL 60 DAY)::DATE,"
        " last_day(max(created_at_day) - INTERVAL 60 DAY)::DATE FROM {t}",
    )[0]  # type: ignore[return-value]


def wilson(k: int, n: int) -> tuple[float, float]:
    """Wilson 1927, written out."""
    z = 1.959963984540054
    middle, half = (k + z * z / 2) / (n + z * z), z / (n + z * z) * math.sqrt(k * (n - k) / n + z * z / 4)
    return middle - half, middle + half


def test_a_number_of_the_data_on_a_cause(home: Path, leader: User) -> None:
    cause, (first, last) = a_cause(leader), a_month(home)
    (team, hits, n), *_ = by_hand(
        home,
        "SELECT team, count(*) FILTER (first_response_minutes <= 5), count(first_response_minutes) FROM {t} WHERE"
        f" channel = 'online' AND created_at_day BETWEEN '{first}' AND '{last}' GROUP BY 1 ORDER BY 3 DESC",
    )
    mine = browser(leader)
    url = f"/evidence/on/cause/{cause.pk}/number/"
    assert url in mine.get(f"/causes/{cause.pk}/").content.decode()
    assert mine.get(url).status_code == 200
    said = {
        "indicator": "after-sales/first_response_online", "grain": "month", "day": first.isoformat(),
        "column": "team", "segment": team, "note": "夜里只有两人",
    }  # fmt: skip
    answer = mine.post(url, said)
    assert answer.status_code == 302, answer.content.decode()
    one = Evidence.objects.get()
    assert (one.kind, one.n, one.indicator, one.group) == ("number", n, "first_response_online", [["team", team]])
    assert one.value == pytest.approx(hits / n)
    assert (one.low, one.high) == pytest.approx(wilson(hits, n))
    assert (one.snapshot, one.period) == (Lake.open(home / "lake").snapshot, first)
    assert "/rows/" in one.url
    rows = mine.get(one.url + "&format=json").json()["rows"]
    assert len(rows) == n
    assert AuditEntry.objects.filter(action="evidence.added").count() == 1
    for wrong in ({"day": "1990-01-01"}, {"segment": "没有这个组"}, {"column": "nonsense"}, {"indicator": "x"}):
        assert mine.post(url, said | wrong).status_code == 422, wrong
    assert Evidence.objects.count() == 1


def test_the_same_number_by_the_api(home: Path, leader: User) -> None:
    cause, (first, _last) = a_cause(leader), a_month(home)
    said = {"target": "cause", "id": cause.pk, "indicator": "first_response_online", "day": first.isoformat()}
    made = sent(browser(leader), "evidence/number", said)
    assert made.status_code == 201, made.content.decode()
    body = made.json()
    assert body["n"] > 0
    assert body["low"] <= body["value"] <= body["high"]
    assert body["snapshot"]
    assert sent(browser(leader), "evidence/number", said | {"g": ["team:无此组"]}).status_code == 422
    assert sent(browser(leader), "evidence/number", said | {"standard": "none"}).status_code == 422
    assert sent(browser(leader), "evidence/number", said | {"id": 9_999_999}).status_code == 404


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def test_a_file_by_the_api(leader: User, settings: Any, tmp_path: Path) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    cause, mine = a_cause(leader), browser(leader)

    def put(content: bytes, name: str, **more: Any) -> Any:
        said = {"target": "cause", "id": str(cause.pk), "note": "排班截图", **more}
        return mine.post("/api/v1/evidence/file", {**said, "file": SimpleUploadedFile(name, content)})

    made = put(PNG, "排班.png")
    assert made.status_code == 201, made.content.decode()
    one = Evidence.objects.get()
    assert (one.kind, one.title, one.note) == ("file", "排班.png", "排班截图")
    assert mine.get(made.json()["url"]).status_code == 200
    for content, name in ((PNG, "a.exe"), (b"", "a.png"), (b"no picture", "a.png")):
        assert put(content, name).status_code == 422, name
    assert put(PNG, "a.png", id="9999999").status_code == 404
    assert mine.post("/api/v1/evidence/file", {"target": "cause", "id": str(cause.pk)}).status_code == 422
    assert Evidence.objects.count() == 1
    assert Client().post("/api/v1/evidence/file", {}).status_code == 401


def planned(leader: User) -> Checkpoint:
    from qualityloop.improvement.plans.services import checkpoints

    return checkpoints.check_plan(
        actor=leader, measure=running(leader), kind="sample", title="夜班工单", due_on=timezone.localdate(), share=0.1
    )  # fmt: skip


def test_a_lot_of_records_is_drawn_inspected_and_judged(home: Path, leader: User) -> None:
    first, last = a_month(home)
    condition = f"channel = 'online' AND created_at_day BETWEEN '{first}' AND '{last}' ORDER BY 1"
    numbers = sorted(n for (n,) in by_hand(home, f"SELECT ticket_id FROM {{t}} WHERE {condition}"))
    check, mine = planned(leader), browser(leader)
    said = {"dataset": "tickets", "where": "channel = 'online'", "since": first.isoformat(), "until": last.isoformat()}
    answer = mine.post(f"{A}/checkpoints/{check.pk}/draw/", {**said, "seed": "11"})
    assert answer.status_code == 302, answer.content.decode()
    check.refresh_from_db()
    assert check.lot == numbers
    drawn = [numbers[place] for place in draw(len(numbers), math.ceil(len(numbers) / 10), seed=11)]
    assert list(check.results.values_list("label", flat=True)) == drawn
    assert check.query == said | {"snapshot": Lake.open(home / "lake").snapshot}
    entry = AuditEntry.objects.get(action="plan.check_drawn")
    assert said["where"] in json.dumps(entry.after, ensure_ascii=False)
    ticket = Ticket.objects.create(number=drawn[0], created_at=timezone.now())
    page = mine.get(f"{A}/checkpoints/{check.pk}/").content.decode()
    assert reverse("operations:ticket", args=[ticket.pk]) in page
    results = {f"ok_{row.place}": "ok" for row in check.results.all()}
    bad = check.results.first().place
    refused = mine.post(f"{A}/checkpoints/{check.pk}/do/", {**results, f"ok_{bad}": "bad", "do": "judge"}, follow=True)
    assert "哪里不合格" in refused.content.decode()
    mine.post(f"{A}/checkpoints/{check.pk}/do/",
              {**results, f"ok_{bad}": "bad", f"note_{bad}": "未回访", "do": "judge"})  # fmt: skip
    check.refresh_from_db()
    assert check.state == "failed"
    assert "<polyline" in mine.get(f"{A}/checkpoints/{check.pk}/").content.decode()


def test_a_lot_of_records_by_the_api(home: Path, leader: User) -> None:
    first, last = a_month(home)
    check, mine = planned(leader), browser(leader)
    said = {"dataset": "tickets", "since": first.isoformat(), "until": last.isoformat(), "seed": 3}
    path = f"checkpoints/{check.pk}/draw-records"
    for wrong in (
        {"where": "no_such_column = 1"}, {"where": "count() > 1"}, {"since": "2199-01-01", "until": "2199-01-02"},
        {"since": last.isoformat(), "until": first.isoformat()}, {"where": "channel = 'nonsense'"}, {"dataset": "x"},
    ):  # fmt: skip
        assert sent(mine, path, said | wrong).status_code == 422, wrong
    drawn = sent(mine, path, said)
    assert drawn.status_code == 200, drawn.content.decode()
    assert drawn.json()["query"]["dataset"] == "tickets"
    items = mine.get(f"/api/v1/checkpoints/{check.pk}/items").json()
    assert len(items) == drawn.json()["size"]
    assert {one["url"] for one in items} == {""}  # none of them is in this database
    assert sent(mine, path, said).status_code in {409, 422}
    missing = {"results": [{"place": items[0]["place"], "ok": False}]}
    answer = mine.generic("PUT", f"/api/v1/checkpoints/{check.pk}/items", json.dumps(missing), "application/json")
    assert answer.status_code == 422
