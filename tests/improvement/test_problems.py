"""Problems: opened once, seen by those concerned, moved only as is legal, with every step in the history."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.improvement.problems import moves, services
from qualityloop.improvement.problems.models import Mention, Problem, State
from qualityloop.improvement.problems.queries import problems_for, register_sight
from qualityloop.improvement.problems.services import Found, problem_change, problem_open, problem_state
from qualityloop.improvement.problems.signals import moved
from tests.operations.test_pages import browser
from tests.people.conftest import House

NIGHT = (("team", "夜班"),)


def a_problem(house: House, **values: Any) -> Problem:
    standard = {"actor": house.users["陈班长"], "title": "夜班响应慢", "grade": "important", "grade_reason": "连续两月"}
    return problem_open(**{**standard, **values}).problem


def late(month: int, **values: Any) -> Found:
    return Found(
        source_kind="diagnosis", source_url=f"/?period=2026-{month:02d}", indicator="first_response_online",
        group=NIGHT, period=date(2026, month, 1), grain="month", value=41.0, target=30.0, **values,
    )  # fmt: skip


def test_a_problem_gets_number_due_day_and_history(house: House) -> None:
    one = a_problem(house, grade="urgent", found=late(3))
    assert one.number.startswith("WT-")
    assert one.number.endswith("-00001")
    assert one.due_at is not None
    assert (one.due_at - one.created_at).days in (13, 14)
    entry = AuditEntry.objects.get(action="problem.opened")
    assert (entry.record_id, entry.after["grade"], entry.after["group"]) == (str(one.pk), "urgent", [["team", "夜班"]])


def test_the_same_number_is_not_opened_twice_but_linked(house: House) -> None:
    first = a_problem(house, found=late(3))
    again = problem_open(actor=house.users["小周"], title="又慢了", grade="urgent", grade_reason="x", found=late(4))
    assert (again.new, again.problem) == (False, first)
    problem_open(actor=house.users["小周"], title="又慢了", grade="urgent", grade_reason="x", found=late(4))
    assert [m.period for m in Mention.objects.all()] == [date(2026, 4, 1)]
    other = Found(indicator="first_response_online", group=(("team", "一线"),))
    assert problem_open(actor=None, title="一线慢", grade="ordinary", grade_reason="x", found=other).new
    problem_state(
        actor=house.users["林主任"], problem=first, state="closed", verdict="dropped",
        what_next="不再跟进", signature="林主任", reason="搬家了",
    )  # fmt: skip
    assert problem_open(actor=None, title="又慢了", grade="ordinary", grade_reason="x", found=late(5)).new


def test_a_closed_one_is_not_reopened_beside_its_successor(house: House) -> None:
    first = a_problem(house, found=late(3))
    boss = house.users["林主任"]
    problem_state(
        actor=boss, problem=first, state="closed", verdict="dropped",
        what_next="不再跟进", signature="林主任", reason="搬家了",
    )  # fmt: skip
    second = a_problem(house, found=late(4))
    with pytest.raises(ValidationError, match=second.number):
        problem_state(actor=boss, problem=first, state="open", reason="还是要做")


def test_the_group_counts_not_the_order_of_its_columns() -> None:
    assert services.group_key([("team", "夜班"), ("channel", None)]) == services.group_key(
        [("channel", None), ("team", "夜班")]
    )
    assert services.group_key([("team", "夜班")]) != services.group_key([("team", "一线")])


LEGAL = {
    ("open", "cause_locked"), ("open", "closed"), ("cause_locked", "open"), ("cause_locked", "planned"),
    ("cause_locked", "closed"), ("planned", "cause_locked"), ("planned", "executing"), ("planned", "closed"),
    ("executing", "planned"), ("executing", "verifying"), ("executing", "closed"), ("verifying", "executing"),
    ("verifying", "planned"), ("verifying", "closed"), ("closed", "open"),
}  # fmt: skip


@pytest.mark.parametrize("before", State.values)
@pytest.mark.parametrize("after", State.values)
def test_moves(house: House, before: str, after: str) -> None:
    one = a_problem(house)
    Problem.objects.filter(pk=one.pk).update(state=before)
    told: list[tuple[str, str]] = []

    def listen(sender: object, **values: Any) -> None:
        told.append((values["before"], values["after"]))

    moved.connect(listen)
    try:
        move = {"actor": house.users["林主任"], "problem": one, "state": after, "reason": "因为", "verdict": "dropped",
                "what_next": "不再跟进", "signature": "林主任"}  # fmt: skip
        if before == after:
            problem_state(**move)
            assert told == []
        elif (before, after) in LEGAL:
            assert problem_state(**move).state == after
            assert told == [(before, after)]
            assert AuditEntry.objects.filter(action="problem.moved").count() == 1
        else:
            with pytest.raises(ValidationError):
                problem_state(**move)
            assert Problem.objects.get(pk=one.pk).state == before
    finally:
        moved.disconnect(listen)


def test_going_back_wants_a_reason(house: House) -> None:
    one = a_problem(house)
    problem_state(actor=None, problem=one, state="cause_locked")
    with pytest.raises(ValidationError) as refused:
        problem_state(actor=None, problem=one, state="open", reason="  ")
    assert "reason" in refused.value.message_dict


def test_effective_needs_a_proof_and_everything_else_a_reason(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    one, boss = a_problem(house), house.users["林主任"]
    Problem.objects.filter(pk=one.pk).update(state="verifying")
    with pytest.raises(ValidationError) as refused:
        problem_state(actor=boss, problem=one, state="closed", verdict="effective", reason="我觉得好了")
    assert "verdict" in refused.value.message_dict
    with pytest.raises(ValidationError) as refused:
        problem_state(actor=boss, problem=one, state="closed", verdict="not_effective")
    assert "reason" in refused.value.message_dict
    monkeypatch.setattr(moves, "_PROOFS", [lambda problem: problem.pk == one.pk])
    closed = problem_state(actor=boss, problem=one, state="closed", verdict="effective")
    assert (closed.verdict, closed.closed_by) == ("effective", boss)
    assert closed.closed_at is not None
    with pytest.raises(ValidationError):
        problem_change(actor=boss, problem=closed, title="改一下")


def test_effective_only_while_the_effect_is_judged(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moves, "_PROOFS", [lambda problem: True])
    with pytest.raises(ValidationError):
        problem_state(actor=None, problem=a_problem(house), state="closed", verdict="effective", reason="x")


def test_whose_problems_one_sees(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from qualityloop.improvement.problems import queries

    monkeypatch.setattr(queries, "_SIGHTS", [])
    night = a_problem(house, actor=house.users["林主任"], title="夜班", department=house.departments["夜班"])
    mine = a_problem(house, actor=house.users["林主任"], title="小周的", owner=house.staff["小周"])
    joined = a_problem(house, actor=house.users["林主任"], title="小周参与的")
    problem_change(actor=None, problem=joined, members=[house.staff["小周"]])
    found = problem_open(actor=house.users["小夜"], title="小夜提的", grade="ordinary", grade_reason="x").problem
    whole = {night, mine, joined, found}
    seen = {name: set(problems_for(user)) for name, user in house.users.items()}
    assert seen == {
        "林主任": whole,
        "陈班长": {night},
        "小周": {mine, joined},
        "小夜": {found},
        "老李": set(),
    }
    from django.db.models import Q

    register_sight(lambda user: Q(pk=night.pk) if user == house.users["老李"] else None)
    assert set(problems_for(house.users["老李"])) == {night}
    assert browser(house, "老李").get(reverse("improvement_problems:problem", args=[mine.pk])).status_code == 404


def test_by_hand_changed_closed_and_opened_again_on_the_pages(house: House) -> None:
    client = browser(house, "林主任")
    bad = client.post(reverse("improvement_problems:new"), {"title": "投诉多", "grade": "urgent"})
    assert (bad.status_code, Problem.objects.count()) == (422, 0)
    assert "投诉多" in bad.content.decode()
    values = {"title": "投诉多", "grade": "urgent", "grade_reason": "三天十起", "members": [house.staff["小周"].pk]}
    page = client.post(reverse("improvement_problems:new"), values, follow=True).content.decode()
    one = Problem.objects.get()
    assert one.number in page
    assert "三天十起" in page
    assert list(one.members.all()) == [house.staff["小周"]]
    due = one.due_at
    client.post(reverse("improvement_problems:edit", args=[one.pk]), {**values, "title": "投诉更多"})
    one.refresh_from_db()
    assert (one.title, one.due_at) == ("投诉更多", due)
    close = reverse("improvement_problems:close", args=[one.pk])
    assert client.post(close, {"verdict": "dropped"}).status_code == 422
    page = client.post(
        close, {"verdict": "dropped", "reason": "重复", "what_next": "并入另一问题", "signature": "林主任"}, follow=True
    ).content.decode()
    assert "不再跟进" in page
    client.post(reverse("improvement_problems:reopen", args=[one.pk]), {"reason": "不重复"})
    one.refresh_from_db()
    assert (one.state, one.verdict, one.closed_by) == ("open", "", None)
    assert browser(house, "小周").get(close).status_code == 404


def test_the_list_and_its_queries(house: House, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        a_problem(house, title=f"问题 {number}", department=house.departments["一线"], owner=house.staff["小周"])
    client = browser(house, "林主任")
    client.get(reverse("improvement_problems:problems"))
    with django_assert_max_num_queries(15):
        page = client.get(reverse("improvement_problems:problems")).content.decode()
    assert "问题 29" in page
