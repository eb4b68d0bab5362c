"""A warning becomes a problem, with its number, its rows and its grade; the same one never twice."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from qualityloop.analysis.indicators.loading import load_standard
from qualityloop.analysis.warning.finding import Finding
from qualityloop.analysis.warning.registry import RULES
from qualityloop.diagnosis.warnings.models import EarlyWarning
from qualityloop.diagnosis.warnings.services import findings_keep
from qualityloop.foundation.accounts import account_create
from qualityloop.improvement.evidence.models import Evidence
from qualityloop.improvement.problems.models import Problem

pytestmark = pytest.mark.django_db
FOUND = Finding(
    "past_warning", "first_response_online", (("team", "夜班组"),), date(2026, 10, 1), date(2026, 10, 31), "important",
    RULES["past_warning"].name, 0.80, 0.85, 174, 0.75, 0.84, 0.001, {"grain": "month"},
)  # fmt: skip
FORM = {"title": "夜班在线首次响应变慢", "what": "九月以来"}


def someone(role: str) -> Client:
    client = Client()
    client.force_login(account_create(username=f"p-{role}", password="a good Passw0rd", role=role, name=role))
    return client


def kept(found: Finding = FOUND) -> EarlyWarning:
    findings_keep(actor=None, found=[(found, None)], standard=load_standard("after-sales"), snapshot="abc123")
    return EarlyWarning.objects.get(series=found.subject)


def test_everything_comes_along() -> None:
    director, one = someone("director"), kept()
    page = director.get(f"/warnings/{one.pk}/").content.decode()
    assert f'href="/problems/from-warning/{one.pk}/"' in page
    answer = director.post(f"/problems/from-warning/{one.pk}/", FORM)
    problem = Problem.objects.get()
    assert answer["Location"] == f"/problems/{problem.pk}/"
    assert (problem.source_kind, problem.source_ref, problem.grade) == ("warning", one.number, "important")
    assert (problem.indicator, problem.value, problem.target, problem.snapshot) == (
        "first_response_online", 0.80, 0.85, "abc123",
    )  # fmt: skip
    number = Evidence.objects.get(kind="number")
    assert (number.value, number.n, number.low, number.high) == (0.80, 174, 0.75, 0.84)
    assert Evidence.objects.get(kind="rows").url.startswith("/indicators/first_response_online/rows/?")
    after = director.get(f"/warnings/{one.pk}/").content.decode()
    assert f"/problems/{problem.pk}/" in after
    assert "from-warning" not in after


def test_the_same_number_is_linked_not_opened_twice() -> None:
    director, one = someone("director"), kept()
    director.post(f"/problems/from-warning/{one.pk}/", FORM)
    director.post(f"/problems/from-warning/{one.pk}/", FORM)
    assert Problem.objects.count() == 1


def test_a_series_without_indicator_becomes_a_problem_too() -> None:
    silent = RULES["silence"].name
    one = kept(
        Finding(
            "silence", "complaints", (), date(2026, 10, 1), date(2026, 10, 3), "important", silent, 0.0, 1.0, 0, None,
            None, 0.001, {},
        )
    )  # fmt: skip
    director = someone("director")
    director.post(f"/problems/from-warning/{one.pk}/", FORM)
    assert Problem.objects.get().indicator == ""


def test_strangers_find_nothing() -> None:
    one = kept()
    for role in ("agent", "customer", "engineer"):
        answer = someone(role).post(f"/problems/from-warning/{one.pk}/", FORM)
        assert answer.status_code == 404, role
    assert not Problem.objects.exists()
