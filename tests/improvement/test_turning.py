"""A number of the diagnosis becomes a problem: graded by the rule, with rows and drivers, never twice."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from qualityloop.foundation.accounts import account_create
from qualityloop.improvement.evidence.models import Evidence
from qualityloop.improvement.problems.models import Mention, Problem
from tests.diagnosis.conftest import demo_home, home

__all__ = ["demo_home", "home"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def director(db: None) -> Client:
    client = Client()
    client.force_login(account_create(username="lin", password="a good Passw0rd", role="director", name="林岚"))
    return client


def offers(client: Client) -> list[str]:
    """Addresses of the buttons 转为改进 on the overview."""
    page = client.get("/").content.decode()
    return [unescape(url) for url in re.findall(r'href="(/problems/from/[^"]+)"', page)]


def test_the_first_problem_of_the_overview(director: Client, home: Path) -> None:
    body = director.get("/", {"format": "json"}).json()
    first = body["problems"][0]
    url = offers(director)[0]
    assert url.startswith(f"/problems/from/{first['indicator']}/?")
    page = director.get(url).content.decode()
    assert "转为改进" in page
    answer = director.post(url, {"title": "夜班慢", "what": "说明"})
    one = Problem.objects.get()
    assert answer["Location"] == f"/problems/{one.pk}/"
    assert (one.indicator, one.grade, one.value, one.target) == (
        first["indicator"], first["grade"], first["value"], first["target"],
    )  # fmt: skip
    assert (one.snapshot, one.standard) == (body["snapshot"], body["standard"]["key"])
    assert one.grade_facts["missed_in_a_row"] == first["months_missed"]
    assert one.grade_reason in page
    kinds = list(Evidence.objects.values_list("kind", flat=True))
    assert kinds[:2] == ["number", "rows"]
    assert len(kinds) == 3 + len(first["drivers"])
    number = Evidence.objects.get(kind="number")
    assert (number.value, number.n, number.low, number.snapshot) == (
        first["value"], first["n"], first["low"], body["snapshot"],
    )  # fmt: skip
    for piece in Evidence.objects.exclude(url=""):
        assert director.get(piece.url).status_code == 200, piece.url


def test_twice_is_linked(director: Client, home: Path) -> None:
    url = offers(director)[0]
    director.post(url, {"title": "夜班慢"})
    one = Problem.objects.get()
    earlier = url.replace("?", "?x=1&")
    page = director.get(url).content.decode()
    assert one.number in page
    assert "关联" in page
    Problem.objects.update(source_url="/elsewhere/")
    answer = director.post(earlier, {}, follow=True)
    assert one.number in answer.content.decode()
    assert Problem.objects.count() == 1
    assert Mention.objects.count() == 1


def test_a_number_that_meets_its_target_is_graded_by_a_person(director: Client, home: Path) -> None:
    found = director.get("/indicators/", {"format": "json"}).json()["indicators"]
    newest = max(v["period"] for v in found)
    met = next(v["key"] for v in found if v["period"] == newest and v["status"] == "met")
    url = f"/problems/from/{met}/?period={newest}"
    assert f"/problems/from/{met}/" in director.get(f"/indicators/{met}/").content.decode()
    assert director.post(url, {"title": "还能更好"}).status_code == 422
    director.post(url, {"title": "还能更好", "grade": "ordinary", "grade_reason": "客户期望更高"})
    one = Problem.objects.get()
    assert (one.grade, one.grade_reason, one.grade_facts) == ("ordinary", "客户期望更高", {"by": "person"})


def test_nonsense_and_strangers(director: Client, home: Path, settings: Any, tmp_path: Path) -> None:
    assert director.get("/problems/from/no_such_indicator/").status_code == 404
    customer = Client()
    customer.force_login(account_create(username="wang", password="a good Passw0rd", role="customer"))
    assert customer.get("/problems/from/csat/").status_code == 404
    settings.QUALITYLOOP_HOME = tmp_path
    assert "ql-empty" in director.get("/problems/from/csat/").content.decode()
