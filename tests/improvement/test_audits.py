"""Audits: checklists of what is in force, answers, findings that become problems, follow-up, the next round."""

from __future__ import annotations

from datetime import date, timedelta
from math import sqrt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from qualityloop.analysis.process_map import shipped_map
from qualityloop.foundation.audit.models import AuditEntry as Entry
from qualityloop.foundation.notices.models import Notice
from qualityloop.improvement.audits import jobs, services
from qualityloop.improvement.audits.checklist import drafts, stage_choices
from qualityloop.improvement.audits.mending import finding_problem, finding_save
from qualityloop.improvement.audits.models import Point, Round
from qualityloop.improvement.audits.queries import points_of, rounds_for
from qualityloop.improvement.audits.result import result_of, sampled
from qualityloop.improvement.evidence.models import Evidence
from qualityloop.improvement.problems.models import Problem
from qualityloop.people.models import Staff
from qualityloop.standards.sops.content import shipped_sop
from tests.improvement.audits_factories import MAP, SOP, answer_all, planned, running, standards
from tests.improvement.plans_factories import employed, person

pytestmark = pytest.mark.django_db


def test_the_checklist_is_what_the_standards_in_force_say() -> None:
    versions = standards(indicators=True)
    boss = person("director")
    one = services.checklist_make(actor=boss, of=planned(boss))
    points = list(Point.objects.filter(round=one))
    process, sop = shipped_map(MAP), shipped_sop(SOP)
    controls = [p for p in points if p.part == "control"]
    said = {step.control.zh for step in process.steps() if step.control.zh}
    assert {text for text in said if any(p.text.endswith(text) for p in controls)} == said
    assert len(controls) == len({(s.name.zh, s.control.zh) for s in process.steps() if s.control.zh})
    assert len([p for p in points if p.part == "sop_step"]) == len(sop.steps)
    assert len([p for p in points if p.part == "caution"]) == sum(bool(a.caution.zh) for a in sop.steps)
    assert {(p.document, p.version) for p in controls} == {(MAP, 1)}
    assert sorted(map(tuple, one.sources)) == sorted((v.document.kind, v.document.key, 1) for v in versions)
    indicators = [p for p in points if p.part == "indicator"]
    assert len(indicators) >= 10
    assert all(p.indicator for p in indicators)
    assert Entry.objects.filter(action="audit.checklist_made").exists()


def test_stages_and_parts_limit_it() -> None:
    standards()
    stage = shipped_map(MAP).stages[0]
    some = drafts([f"{MAP}:{stage.key}"], ["control"])
    assert [d.ref for d in some] == [step.key for step in stage.steps if step.control.zh or step.control.en]
    assert f"{MAP}:{stage.key}" in dict(stage_choices())
    assert {d.part for d in drafts([], ["caution"])} == {"caution"}


def test_points_of_ones_own_stay_when_it_is_made_anew_and_a_started_one_is_not() -> None:
    standards()
    boss = person("director")
    one = services.checklist_make(actor=boss, of=planned(boss))
    own = services.point_save(actor=boss, of=one, text="夜班交接本是否每天签字", area="夜班")
    before = one.points.count()
    services.checklist_make(actor=boss, of=one)
    assert one.points.count() == before
    assert Point.objects.get(pk=own.pk).place == before
    services.round_move(actor=boss, of=one, state="running")
    with pytest.raises(ValidationError):
        services.checklist_make(actor=boss, of=one)


def test_a_draw_takes_so_many_and_the_same_seed_the_same() -> None:
    standards()
    boss = person("director")
    one = services.checklist_make(actor=boss, of=planned(boss, drawn=5), seed=11)
    first = list(one.points.values_list("ref", flat=True))
    assert len(first) == 5
    assert one.available == len(drafts([], []))
    services.checklist_make(actor=boss, of=one, seed=11)
    assert list(one.points.values_list("ref", flat=True)) == first
    services.checklist_make(actor=boss, of=one, seed=12)
    assert list(one.points.values_list("ref", flat=True)) != first


def test_the_share_and_its_interval() -> None:
    standards()
    boss = person("director")
    one = running(boss)
    points = points_of(one)
    services.point_answer(actor=boss, point=points[0], answer="conforms", looked=20, fine=18)
    services.point_answer(actor=boss, point=points[1], answer="partly", looked=10, fine=4)
    services.point_answer(actor=boss, point=points[2], answer="not_applicable")
    services.point_answer(actor=boss, point=points[3], answer="fails")
    found = result_of(one, points_of(one))
    assert (found.points.hits, found.points.n, found.points.low) == (1, 3, None)
    assert (found.cases.hits, found.cases.n) == (22, 30)
    z, n, p = 1.959963984540054, 30, 22 / 30  # the score interval by its textbook form
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (((p + z * z / (2 * n)) + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    assert found.cases.low == pytest.approx(low, abs=1e-9)
    assert found.cases.high == pytest.approx(high, abs=1e-9)
    assert found.unanswered == len(points) - 4
    assert sampled(0, 0).value is None


def test_drawn_points_give_an_interval_for_all_points() -> None:
    standards()
    boss = person("director")
    one = running(boss, drawn=6)
    answer_all(boss, one)
    found = result_of(one, points_of(one))
    assert (found.points.hits, found.points.n, found.points.high) == (6, 6, 1.0)
    assert found.points.low is not None
    whole = sampled(6, 6)
    assert whole.low is not None
    assert found.points.low > whole.low, "a good part of a finite number was drawn"


@pytest.mark.parametrize(
    ("looked", "fine"), [(5, None), (None, 5), (5, 6), (5, -1)]
)  # fmt: skip
def test_counts_that_cannot_be_are_refused(looked: Any, fine: Any) -> None:
    standards()
    boss = person("director")
    point = running(boss).points.first()
    with pytest.raises(ValidationError):
        services.point_answer(actor=boss, point=point, answer="conforms", looked=looked, fine=fine)


def test_a_finding_becomes_a_problem_once_with_grade_source_and_evidence() -> None:
    standards()
    boss, owner = person("director"), employed(person("agent"))
    one = running(boss)
    point = points_of(one)[0]
    services.point_answer(actor=boss, point=point, answer="fails", note="抽查 10 单，4 单没有回访", looked=10, fine=6)
    found = finding_save(actor=boss, point=point, severity="severe", text="结案后未回访", owner=owner)
    assert Notice.objects.filter(user=owner.user).exists()
    kept = finding_problem(actor=boss, finding=found)
    again = finding_problem(actor=boss, finding=found)
    problem = Problem.objects.get()
    assert kept.problem == again.problem == problem
    assert (problem.grade, problem.source_kind, problem.owner) == ("urgent", "audit", owner)
    assert problem.source_ref == f"{one.number}/{found.pk}"
    assert "6" in problem.what
    piece = Evidence.objects.get(target_kind="problem", target_id=problem.pk)
    assert piece.url.endswith(f"#point-{point.pk}")
    assert {e.action for e in Entry.objects.filter(action__startswith="audit.finding")} == {
        "audit.finding_added", "audit.finding_problem",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("severity", "grade"), [("severe", "urgent"), ("general", "important"), ("observation", "ordinary")]
)  # fmt: skip
def test_grades_of_findings(severity: str, grade: str) -> None:
    standards()
    boss = person("director")
    found = finding_save(actor=boss, point=points_of(running(boss))[0], severity=severity, text="记录不全")
    assert finding_problem(actor=boss, finding=found).problem.grade == grade


def test_a_round_is_reported_when_all_is_answered_and_closed_when_findings_are_problems() -> None:
    standards()
    boss = person("director")
    one = running(boss)
    with pytest.raises(ValidationError):
        services.round_move(actor=boss, of=one, state="reported", summary="完成")
    answer_all(boss, one)
    point = points_of(one)[0]
    services.point_answer(actor=boss, point=point, answer="fails")
    with pytest.raises(ValidationError, match=point.text[:10]):
        services.round_move(actor=boss, of=one, state="reported", summary="完成")
    found = finding_save(actor=boss, point=point, severity="general", text="首响记录缺失")
    with pytest.raises(ValidationError):
        services.round_move(actor=boss, of=one, state="reported", summary=" ")
    services.round_move(actor=boss, of=one, state="reported", summary="总体符合，首响记录需整改")
    with pytest.raises(ValidationError):
        services.point_answer(actor=boss, point=point, answer="conforms")
    with pytest.raises(ValidationError):
        services.round_move(actor=boss, of=one, state="closed")
    finding_problem(actor=boss, finding=found)
    assert services.round_move(actor=boss, of=one, state="closed").closed_at is not None
    with pytest.raises(ValidationError):
        services.round_move(actor=boss, of=one, state="running", reason="重来")


def test_open_findings_come_first_in_the_next_round_until_found_mended() -> None:
    standards()
    boss = person("director")
    first = running(boss)
    answer_all(boss, first)
    point = points_of(first)[3]
    small = finding_save(actor=boss, point=point, severity="observation", text="字迹不清")
    grave = finding_save(actor=boss, point=point, severity="severe", text="未回访")
    finding_problem(actor=boss, finding=grave)
    services.round_move(actor=boss, of=first, state="reported", summary="见发现")
    second = services.checklist_make(actor=boss, of=planned(boss, previous=first))
    top = points_of(second)[:3]
    assert [p.follows for p in top] == [grave, small, None]
    services.round_move(actor=boss, of=second, state="running")
    services.point_answer(actor=boss, point=top[0], answer="conforms")
    services.point_answer(actor=boss, point=top[1], answer="fails")
    answer_all(boss, second)
    services.round_move(actor=boss, of=second, state="reported", summary="一项已整改")
    grave.refresh_from_db()
    small.refresh_from_db()
    assert second.number in grave.closed_reason
    assert small.closed_at is None
    third = services.checklist_make(actor=boss, of=planned(boss, previous=second))
    assert [p.follows for p in points_of(third) if p.part == "follow_up"] == [small]


def test_the_clock_opens_the_next_round_once() -> None:
    boss = person("director")
    auditor = Staff.objects.get(user=person("senior_agent"))
    first = planned(boss, day=date(2026, 1, 31), title="一季度审核", auditors=[auditor])
    once = planned(boss, day=date(2026, 1, 1), cycle="once")
    assert jobs.open_next(date(2026, 4, 10)) == []
    made = jobs.open_next(date(2026, 4, 16))
    assert [m.starts_on for m in made] == [date(2026, 4, 30)]
    assert made[0].previous == first
    assert made[0].ends_on - made[0].starts_on == timedelta(days=27)
    assert list(made[0].auditors.all()) == list(first.auditors.all())
    assert jobs.open_next(date(2026, 4, 16)) == []
    assert not Round.objects.filter(previous=once).exists()
    with pytest.raises(ValidationError):
        planned(boss, previous=first)


def test_people_are_told_once_that_a_round_is_due() -> None:
    boss = person("director")
    planned(boss, day=timezone.localdate() + timedelta(days=3))
    jobs.due(lambda *_: None)
    told = Notice.objects.filter(user=boss).count()
    assert told == 1
    jobs.due(lambda *_: None)
    assert Notice.objects.filter(user=boss).count() == told


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [(date(2026, 11, 30), 3, date(2027, 2, 28)), (date(2026, 1, 15), 3, date(2026, 4, 15)),
     (date(2026, 8, 31), 6, date(2027, 2, 28)), (date(2026, 9, 30), 3, date(2026, 12, 30))],
)  # fmt: skip
def test_months_later(day: date, months: int, then: date) -> None:
    assert jobs.months_on(day, months) == then


def test_a_leader_sees_the_rounds_that_they_audit_or_that_are_about_their_department() -> None:
    boss, leader, other = person("director"), person("senior_agent"), person("senior_agent")
    staff = Staff.objects.get(user=leader)
    team = employed(person("agent")).department
    audited = planned(boss, auditors=[staff])
    planned(boss, departments=[team])
    assert set(rounds_for(leader)) == {audited}
    assert not rounds_for(other).exists()
    assert rounds_for(boss).count() == 2
