"""What is told about problems, and what pages say by name."""

from __future__ import annotations

from typing import Any

import pytest

from qualityloop.foundation.notices.models import Notice
from qualityloop.improvement.problems import notices
from qualityloop.improvement.problems.services import problem_change, problem_open, problem_state
from tests.improvement.audits_factories import standards
from tests.improvement.plans_factories import a_problem, employed, person
from tests.improvement.test_audit_pages import browser

pytestmark = pytest.mark.django_db


def test_a_new_owner_is_told_once_and_not_of_what_they_did_themselves() -> None:
    boss, first, second = person("director"), employed(person("agent")), employed(person("agent"))
    problem = problem_open(actor=boss, title="首响慢", grade="urgent", grade_reason="连续两月", owner=first).problem
    assert Notice.objects.filter(user=first.user).count() == 1
    problem_change(actor=boss, problem=problem, title="夜班首响慢")
    assert Notice.objects.filter(user=first.user).count() == 1
    problem_change(actor=boss, problem=problem, owner=second)
    told = Notice.objects.get(user=second.user)
    assert told.url.endswith(f"/problems/{problem.pk}/")
    problem_open(actor=second.user, title="自己的", grade="ordinary", grade_reason="小事", owner=second)
    assert Notice.objects.filter(user=second.user).count() == 1


def test_other_systems_are_told_of_problems_opened_and_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(notices, "announce", lambda event, body: said.append((event, body)))
    boss = person("director")
    problem = problem_open(actor=boss, title="首响慢", grade="urgent", grade_reason="连续两月").problem
    problem_state(actor=boss, problem=problem, state="cause_locked", reason="一层一层问到底")
    assert [event for event, _body in said] == ["problem.opened", "problem.moved"]
    assert said[1][1]["before"] == "open"
    assert (said[1][1]["state"], said[1][1]["reason"]) == ("cause_locked", "一层一层问到底")


def test_root_causes_are_counted_by_names_of_indicators() -> None:
    from qualityloop.improvement.problems.services import Found

    standards(indicators=True)
    boss = person("director")
    a_problem(boss, found=Found(indicator="repeat_repair_rate"))
    page = browser(boss).get("/root-causes/").content.decode()
    assert "repeat_repair_rate" not in page
    assert "重复" in page or "返修" in page
