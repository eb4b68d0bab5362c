"""Studies of expectation and perception: computed from stored answers, kept, opened again, turned into a problem."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.diagnosis.test_expectation_page import table

from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError
from qualityloop.diagnosis.themes.models import ExpectationStudy
from qualityloop.diagnosis.themes.presentation_expectation import matrix_chart
from qualityloop.diagnosis.themes.studies import NotYetError, matrix_kept, study_ask, study_compute
from qualityloop.feedback.models import SurveyItem, SurveyResponse
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User
from qualityloop.improvement.problems.models import Problem

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture
def director() -> User:
    return account_create(username="studies-director", password="a good Passw0rd", role="director")


def made(actor: User, **more: Any) -> ExpectationStudy:
    given = {"name": "上半年", "first": FIRST, "last": LAST, "importance": "stated", **more}
    study = study_ask(actor=actor, **given)
    study_compute(study)
    return ExpectationStudy.objects.get(pk=study.pk)


def by_hand(home: Path, only: str = "true") -> pd.DataFrame:
    """The answers in the lake, read by plain SQL and pivoted by pandas."""
    files = {name: f"read_parquet('{home}/lake/{name}/**/*.parquet')" for name in ("survey_items", "survey_responses")}
    sql = (
        f"SELECT i.*, r.csat FROM {files['survey_items']} i JOIN {files['survey_responses']} r USING (response_id)"
        f" WHERE r.answered_at_day BETWEEN DATE '{FIRST}' AND DATE '{LAST}' AND {only}"
    )
    return duckdb.sql(sql).df()


def test_stored_answers_give_the_means_that_pandas_gives(own_home: Path, director: User) -> None:
    study = made(director)
    rows = by_hand(own_home)
    assert (study.state, study.replies) == ("ready", rows.response_id.nunique())
    assert study.snapshot == Lake.open(own_home / "lake").snapshot
    matrix = matrix_kept(study)
    assert matrix is not None
    means = rows.groupby("item")[["importance", "rating"]].mean()
    for item in matrix.items:
        assert item.importance == pytest.approx(means.importance[item.name])
        assert item.performance == pytest.approx(means.rating[item.name])
        assert item.n == rows.rating[rows.item == item.name].notna().sum()
    assert matrix.cross_importance == pytest.approx(means.importance.mean())
    assert [item.name for item in matrix.items] == list(rows.sort_values("seq").item.drop_duplicates())
    assert next(item for item in matrix.items if item.name == "响应速度").quadrant == "concentrate"
    assert [entry.action for entry in AuditEntry.objects.filter(action__startswith="expectation.")] == [
        "expectation.asked", "expectation.computed",
    ]  # fmt: skip


def test_derived_importance_narrowed_to_a_touchpoint_and_two_items(own_home: Path, director: User) -> None:
    study = made(
        director, importance="correlation", items=["响应速度", "服务态度"], only={"touchpoint": "电话回访", "team": ""}
    )
    rows = by_hand(own_home, "touchpoint = '电话回访'")
    wide = rows.pivot_table(index="response_id", columns="item", values="rating").join(
        rows.groupby("response_id").csat.first()
    )
    matrix = matrix_kept(study)
    assert matrix is not None
    assert matrix.importance == "correlation"
    for item in matrix.items:
        assert item.importance == pytest.approx(wide[item.name].corr(wide.csat))


def test_a_computed_study_stays_as_it_is_and_one_that_cannot_be_says_why(own_home: Path, director: User) -> None:
    study = made(director)
    kept = study.result
    study_compute(study)
    assert ExpectationStudy.objects.get(pk=study.pk).result == kept
    again = made(director, name="同一口径")
    assert again.result == kept  # the same snapshot, the same numbers
    late = date(2030, 1, 1)
    empty = made(director, first=late, last=late + timedelta(days=9))
    assert (empty.state, empty.result) == ("refused", None)
    assert "30" in empty.reason_kept
    with pytest.raises(AnalysisError):
        study_ask(actor=director, name="x", first=LAST, last=FIRST, importance="stated")


def test_without_stored_items_there_is_nothing_to_study(tmp_path: Path, settings: Any, director: User) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    with pytest.raises(NotYetError):
        study_ask(actor=director, name="x", first=FIRST, last=LAST, importance="stated")


def test_the_pages_and_what_the_chart_gets(own_home: Path, signed_in: Callable[..., Client], director: User) -> None:
    client = signed_in()
    assert client.get(reverse("diagnosis_themes:study_new")).status_code == 200
    given = {"name": "第一季", "first": "2026-01-01", "last": "2026-12-31", "importance": "stated", "overall": "csat"}
    answer = client.post(reverse("diagnosis_themes:study_new"), given)
    study = ExpectationStudy.objects.get()
    assert answer.headers["Location"] == study.get_absolute_url()
    assert client.get(study.get_absolute_url()).status_code == 200  # being computed
    study_compute(study)
    page = client.get(study.get_absolute_url()).content.decode()
    assert 'data-chart="quadrants"' in page
    assert study.snapshot in page
    chart = matrix_chart(matrix_kept(ExpectationStudy.objects.get()))  # type: ignore[arg-type]
    assert [item["number"] for item in chart["items"]] == list(range(1, 9))
    for item in chart["items"]:
        assert item["x_low"] < item["x"] < item["x_high"]
        right, up = item["x"] >= chart["cross"]["x"], item["y"] >= chart["cross"]["y"]
        names = {(False, True): "concentrate", (True, True): "keep_up", (False, False): "low_priority"}
        assert item["field"] == names.get((right, up), "overkill")
    assert "第一季" in client.get(reverse("diagnosis_themes:studies")).content.decode()
    assert client.post(reverse("diagnosis_themes:study_new"), {**given, "first": "2027-01-01"}).status_code == 422
    agent = signed_in("agent")
    assert agent.get(study.get_absolute_url()).status_code == 404


def test_a_table_of_replies_is_kept_under_a_name(signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    page = reverse("diagnosis_themes:expectation")
    client.post(page, {"file": SimpleUploadedFile("a.csv", table(True).encode())})
    assert not ExpectationStudy.objects.exists()
    client.post(page, {"file": SimpleUploadedFile("a.csv", table(True).encode()), "name": "门店问卷"})
    study = ExpectationStudy.objects.get()
    assert (study.origin, study.state, study.replies, study.snapshot) == ("file", "ready", 80, "")
    assert "响应速度" in client.get(study.get_absolute_url()).content.decode()


def test_the_same_by_the_api(own_home: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()

    def send(method: str, url: str, body: Any = None) -> tuple[int, Any]:
        data = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        answer = getattr(client, method)(f"/api/v1/expectation-studies{url}", **data)
        return answer.status_code, json.loads(answer.content)

    asked = {"name": "接口", "first": "2026-01-01", "last": "2026-12-31", "importance": "regression"}
    status, answer = send("post", "", asked)
    assert (status, answer["state"], answer["items"]) == (201, "waiting", [])
    study_compute(ExpectationStudy.objects.get())
    status, answer = send("get", f"/{answer['id']}")
    assert (status, answer["state"], len(answer["items"])) == (200, "ready", 8)
    assert {item["field"] for item in answer["items"]} <= {"concentrate", "keep_up", "low_priority", "overkill"}
    assert send("get", "")[1]["items"][0]["name"] == "接口"
    assert send("post", "", {**asked, "first": "2027-01-01"})[0] == 422
    assert send("post", "", {**asked, "importance": "guessed"})[0] == 422
    assert send("get", "/999999")[0] == 404


def test_a_table_of_replies_by_the_api(signed_in: Callable[..., Client]) -> None:
    client, url = signed_in(), "/api/v1/expectation-studies/file"

    def sheet(text: str = "") -> SimpleUploadedFile:
        return SimpleUploadedFile("a.csv", (text or table(True)).encode())

    tried = client.post(f"{url}/try", {"file": sheet()})
    assert tried.status_code == 200, tried.content
    assert not ExpectationStudy.objects.exists()
    kept = client.post(url, {"file": sheet(), "name": "门店问卷"})
    assert kept.status_code == 201, kept.content
    study = ExpectationStudy.objects.get()
    matrix = matrix_kept(study)
    assert matrix is not None
    assert (kept.json()["id"], study.origin, study.name, study.replies) == (study.pk, "file", "门店问卷", 80)
    shown = {item["name"]: item["importance"] for item in kept.json()["items"]}
    assert shown == {item.name: item.importance for item in matrix.items}
    assert tried.json()["items"] == kept.json()["items"]
    assert tried.json()["cross_importance"] == kept.json()["cross_importance"]
    assert client.post(url, {"file": sheet("只有一列\n1"), "name": "坏"}).status_code == 422
    assert client.post(url, {"file": sheet()}).status_code == 422
    assert client.post(f"{url}/try", {}).status_code == 422
    assert ExpectationStudy.objects.count() == 1
    agent = Client()
    agent.force_login(account_create(username="studies-agent", password="a good Passw0rd", role="agent"))
    assert agent.post(url, {"file": sheet(), "name": "x"}).status_code == 403
    assert agent.post(f"{url}/try", {"file": sheet()}).status_code == 403


def test_an_item_becomes_a_problem_by_the_api(
    own_home: Path, signed_in: Callable[..., Client], director: User
) -> None:  # fmt: skip
    client, study = signed_in(), made(director)
    matrix = matrix_kept(study)
    assert matrix is not None
    url, given = f"/api/v1/improvements/from-study/{study.pk}", {"grade": "important", "grade_reason": "最重要"}

    def send(place: int, body: Any) -> Any:
        return client.post(f"{url}/{place}", json.dumps(body), content_type="application/json")

    assert [fault["where"] for fault in send(1, {}).json()["fields"]] == ["body.grade", "body.grade_reason"]
    assert send(1, given).status_code == 201
    problem = Problem.objects.get()
    assert (problem.source_kind, problem.source_ref) == ("expectation", f"{study.number}/1")
    assert (problem.title, problem.value) == (matrix.items[0].name, matrix.items[0].performance)
    again = send(1, given)
    assert (again.status_code, again.json()["number"], Problem.objects.count()) == (200, problem.number, 1)
    assert send(99, given).status_code == 404
    assert send(0, given).status_code == 422


def test_an_item_becomes_a_problem_once(own_home: Path, signed_in: Callable[..., Client], director: User) -> None:
    client, study = signed_in(), made(director)
    matrix = matrix_kept(study)
    assert matrix is not None
    place = 1 + [item.quadrant for item in matrix.items].index("concentrate")
    url = reverse("improvement_problems:turn_study", args=[study.pk, place])
    assert url in client.get(study.get_absolute_url()).content.decode()
    assert client.get(url).status_code == 200
    given = {"title": "响应太慢", "what": "", "grade": "important", "grade_reason": "最重要而做得不好"}
    assert client.post(url, given).status_code == 302
    problem = Problem.objects.get()
    assert (problem.source_kind, problem.source_ref) == ("expectation", f"{study.number}/{place}")
    assert client.get(url).status_code == 302
    assert Problem.objects.count() == 1
    assert client.get(reverse("improvement_problems:turn_study", args=[study.pk, 99])).status_code == 404


def test_items_come_in_as_lines_of_their_answers() -> None:
    import pyarrow as pa

    from qualityloop.foundation.records.models import Batch
    from qualityloop.foundation.records.receiving import receive

    at = pa.array(np.array(["2026-03-01T08:00"], dtype="datetime64[us]"))
    batch = Batch.objects.create(label="问卷")
    receive("survey_responses", pa.table({"response_id": ["D1"], "answered_at": at}), source="s", batch=batch)
    line = {"response_id": ["D1"], "seq": [1], "at": at, "item": ["响应速度"], "rating": [4.0], "importance": [5.0]}
    assert receive("survey_items", pa.table(line), source="s", batch=batch).created == 1
    assert receive("survey_items", pa.table(line), source="s", batch=batch).unchanged == 1
    stray = receive("survey_items", pa.table({**line, "response_id": ["D9"]}), source="s", batch=batch)
    assert len(stray.refused) == 1
    kept = SurveyItem.objects.get()
    assert (kept.response, kept.rating) == (SurveyResponse.objects.get(), 4.0)
    client = Client()
    client.force_login(account_create(username="items-qc", password="a good Passw0rd", role="qc"))
    page = client.get(reverse("feedback:survey_response", args=[kept.response_id])).content.decode()  # type: ignore[attr-defined]
    assert "响应速度" in page
