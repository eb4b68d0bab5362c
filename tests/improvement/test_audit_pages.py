"""Pages of audits, as those who plan, those who audit and others; the same over the API; the report and its table."""

from __future__ import annotations

import io
import json

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from qualityloop.foundation.models import User
from qualityloop.improvement.audits.models import Finding, Round
from qualityloop.improvement.audits.queries import points_of
from qualityloop.improvement.evidence.models import Evidence
from qualityloop.improvement.problems.models import Problem
from qualityloop.people.models import Staff
from tests.improvement.audits_factories import answer_all, planned, running, standards
from tests.improvement.plans_factories import person

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_from_the_plan_to_the_closed_round() -> None:
    standards()
    boss, leader = person("director"), person("senior_agent")
    mine, theirs = browser(boss), browser(leader)
    typed = {
        "title": "四季度审核", "cycle": "quarter", "starts_on": "2026-11-02", "ends_on": "2026-11-27",
        "auditors": [Staff.objects.get(user=leader).pk], "parts": ["control", "caution"],
    }  # fmt: skip
    wrong = mine.post("/audits/new/", {**typed, "ends_on": "2026-10-01"})
    assert wrong.status_code == 422
    assert "四季度审核" in wrong.content.decode()
    assert mine.post("/audits/new/", typed).status_code == 302
    one = Round.objects.get()
    page = f"/audits/{one.pk}/"
    assert "生成检查表" in mine.get(page).content.decode()
    mine.post(f"{page}checklist/")
    assert {p.part for p in points_of(one)} == {"control", "caution"}
    mine.post(f"{page}points/new/", {"text": "夜班交接本是否签字", "area": "夜班"})
    mine.post(f"{page}start/")
    point = points_of(one)[0]
    said = theirs.post(
        f"/audits/points/{point.pk}/answer/", {"answer": "fails", "looked": "10", "fine": "6", "note": "四单未做"},
        headers={"Accept": "application/json"},
    )  # fmt: skip
    assert said.json()["tone"] == "missed"
    assert said.json()["answered"] == 1
    refused = theirs.post(
        f"/audits/points/{point.pk}/answer/", {"answer": "fails", "looked": "x"}, headers={"Accept": "application/json"}
    )
    assert refused.status_code == 422
    form = theirs.get(f"/audits/points/{point.pk}/finding/").content.decode()
    assert "四单未做" in form
    theirs.post(f"/audits/points/{point.pk}/finding/", {"severity": "severe", "text": "四单未回访"})
    theirs.post(f"/evidence/on/audit_point/{point.pk}/", {"kind": "remark", "note": "录音三段"})
    assert Evidence.objects.filter(target_kind="audit_point", target_id=point.pk).exists()
    found = Finding.objects.get()
    theirs.post(f"/audits/findings/{found.pk}/problem/")
    problem = Problem.objects.get()
    shown = theirs.get(page).content.decode()
    assert problem.number in shown
    assert "录音三段" in shown
    assert theirs.post(f"{page}to-report/", {"summary": "完"}).status_code == 404
    answer_all(boss, one)
    mine.post(f"{page}to-report/", {"summary": "回访需整改"})
    mine.post(f"{page}close/")
    one.refresh_from_db()
    assert one.state == "closed"
    report = theirs.get(f"{page}report/").content.decode()
    for words in ("回访需整改", "四单未回访", problem.number, "60.0"):
        assert words in report


def test_the_table_holds_what_the_checklist_says() -> None:
    standards()
    boss = person("director")
    one = running(boss)
    answer_all(boss, one)
    answer = browser(boss).get(f"/audits/{one.pk}/report.xlsx")
    whole = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    book = CalamineWorkbook.from_filelike(io.BytesIO(whole))
    rows = book.get_sheet_by_index(0).to_python()
    points = points_of(one)
    assert len(rows) == len(points) + 1
    assert rows[1][2] == points[0].text
    assert rows[1][4] == "符合"


def test_others_do_not_see_a_round_and_nobody_answers_one_that_is_not_theirs() -> None:
    standards()
    boss, leader, agent = person("director"), person("senior_agent"), person("agent")
    one = running(boss)
    point = points_of(one)[0]
    assert browser(leader).get(f"/audits/{one.pk}/").status_code == 404
    assert browser(leader).post(f"/audits/points/{point.pk}/answer/", {"answer": "fails"}).status_code == 404
    assert browser(agent).get("/audits/").status_code == 404
    trainer = person("trainer")
    assert browser(trainer).get(f"/audits/{one.pk}/").status_code == 200
    assert browser(trainer).post(f"/audits/points/{point.pk}/answer/", {"answer": "fails"}).status_code == 404


def test_the_page_asks_the_database_few_times() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    standards()
    boss = person("director")
    one = running(boss)
    client = browser(boss)
    client.get(f"/audits/{one.pk}/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(f"/audits/{one.pk}/")
    assert len(asked) <= 40, [q["sql"][:90] for q in asked]


def test_the_same_over_the_api() -> None:
    standards()
    boss = person("director")
    api = browser(boss)

    def send(path: str, what: dict[str, object], how: str = "post") -> dict[str, object]:
        got = getattr(api, how)(f"/api/v1/{path}", json.dumps(what), content_type="application/json")
        assert got.status_code in {200, 201}, got.content
        return dict(got.json())

    made = send("audits", {"title": "抽查", "starts_on": "2026-11-02", "ends_on": "2026-11-20", "drawn": 4})
    one = made["id"]
    listed = send(f"audits/{one}/checklist", {"seed": 5})
    assert len(listed["points"]) == 4  # type: ignore[arg-type]
    assert send(f"audits/{one}/checklist", {"seed": 5})["points"][0]["text"] == listed["points"][0]["text"]  # type: ignore[index]
    send(f"audits/{one}/points", {"text": "自查一条"})
    points = send(f"audits/{one}/move", {"state": "running"})["points"]
    for point in points:  # type: ignore[attr-defined]
        send(f"audit-points/{point['id']}/answer", {"answer": "partly", "looked": 4, "fine": 3}, "put")
    found = send(f"audit-points/{points[0]['id']}/findings", {"severity": "general", "text": "记录不全"})  # type: ignore[index]
    assert send(f"audit-findings/{found['id']}/problem", {})["problem_state"] == "open"
    whole = send(f"audits/{one}/move", {"state": "reported", "summary": "部分符合"})
    assert whole["conforming"]["hits"] == 0  # type: ignore[index]
    assert whole["cases"] == {
        "hits": 15,
        "n": 20,
        "low": pytest.approx(0.531, abs=5e-4),
        "high": pytest.approx(0.888, abs=5e-4),
    }
    assert send(f"audits/{one}/move", {"state": "closed"})["state"] == "closed"
    assert api.get("/api/v1/audits").json()["items"][0]["number"] == made["number"]
    bad = api.post("/api/v1/audits", json.dumps({"title": "x", "starts_on": "2026-11-02", "ends_on": "2026-11-01"}),
                   content_type="application/json")  # fmt: skip
    assert bad.status_code == 422


def test_a_planned_round_can_be_changed() -> None:
    boss = person("director")
    one = planned(boss)
    client = browser(boss)
    form = client.get(f"/audits/{one.pk}/edit/").content.decode()
    assert one.title in form
    client.post(
        f"/audits/{one.pk}/edit/",
        {"title": "改名", "cycle": "half_year", "starts_on": "2026-11-02", "ends_on": "2026-11-27"},
    )
    one.refresh_from_db()
    assert (one.title, one.cycle) == ("改名", "half_year")
