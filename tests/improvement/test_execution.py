"""Tasks, reminders, reviews, checkpoints, meetings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from qualityloop.analysis.acceptance import draw
from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.models import Notice
from qualityloop.improvement.plans import reminders
from qualityloop.improvement.plans.models import (
    Checkpoint,
    CheckState,
    Measure,
    Plan,
    Review,
    Task,
    TaskState,
)
from qualityloop.improvement.plans.queries import meetings_for, mine, tasks_for
from qualityloop.improvement.plans.services import checkpoints, meetings, plans, reviews, tasks
from qualityloop.people.models import Department
from tests.improvement.plans_factories import employed, person, running

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 15, 2, 0, tzinfo=UTC)  # Tuesday, 10:00 in Shanghai
TODAY = date(2026, 9, 15)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def leader() -> User:
    return person("senior_agent")


def silent(*_said: Any, **_more: Any) -> None:
    """Progress that nobody looks at."""


def test_a_task_tells_its_owner_and_sets_its_measure_going(leader: User) -> None:
    agent = person("agent")
    measure = running(leader, owner=employed(agent, name="小周"))
    task = tasks.task_add(actor=leader, title="准备演练脚本", due_on=TODAY, measure=measure)
    assert (task.owner, task.problem) == (measure.owner, measure.plan.problem)
    assert Notice.objects.get(user=agent, kind="plan.task_given").subject.endswith("准备演练脚本")
    assert list(mine(agent)) == [task]
    tasks.task_move(actor=agent, task=task, state="doing")
    measure.refresh_from_db()
    assert measure.state == "running"


def test_places_in_a_column_stay_one_after_the_other(leader: User) -> None:
    owner = employed()
    made = [tasks.task_add(actor=leader, title=f"任务 {n}", due_on=TODAY, owner=owner) for n in range(4)]
    tasks.task_move(actor=leader, task=made[3], state="todo", place=0)
    tasks.task_move(actor=leader, task=made[0], state="done")
    todo = Task.objects.filter(state=TaskState.TODO).order_by("place")
    assert [one.title for one in todo] == ["任务 3", "任务 1", "任务 2"]
    done = Task.objects.get(state=TaskState.DONE)
    assert (done.title, done.done_at) == ("任务 0", NOW)
    tasks.task_move(actor=leader, task=done, state="check")
    done.refresh_from_db()
    assert done.done_at is None


def test_tasks_are_not_given_out_before_the_start(leader: User) -> None:
    measure = running(leader)
    plan = plans.plan_adjust(actor=leader, plan=measure.plan, reason="x")
    with pytest.raises(ValidationError):
        tasks.task_add(actor=leader, title="zu früh", due_on=TODAY, measure=plan.measures.get())
    with pytest.raises(ValidationError):
        tasks.task_add(actor=leader, title="x", due_on=TODAY, starts_on=TODAY + timedelta(days=1))


def test_one_reminder_a_day_for_everything_that_is_due(leader: User) -> None:
    agent = person("agent")
    owner = employed(agent)
    for n, (days, state) in enumerate(
        ((-3, "todo"), (0, "doing"), (1, "todo"), (2, "todo"), (-1, "done"), (0, "check"))
    ):
        task = tasks.task_add(actor=leader, title=f"任务 {n}", due_on=TODAY + timedelta(days=days), owner=owner)
        tasks.task_move(actor=leader, task=task, state=state)
    reminders.remind(silent)  # type: ignore[arg-type]
    reminders.remind(silent)  # type: ignore[arg-type]
    (told,) = Notice.objects.filter(user=agent, kind="plan.tasks_due")
    assert [line.split(" ", 1)[1] for line in told.text.splitlines()] == ["任务 0", "任务 1", "任务 2"]


def test_strangers_see_no_tasks(leader: User) -> None:
    agent = person("agent")
    employed(agent)
    tasks.task_add(actor=leader, title="x", due_on=TODAY, owner=employed(name="另一人"))
    assert not tasks_for(agent).exists()
    assert tasks_for(person("director")).count() == 1
    assert not tasks_for(person("customer")).exists()


def test_a_measure_past_its_day_gets_its_review_once(leader: User, clock: Any) -> None:
    owner = person("agent")
    measure = running(leader, owner=employed(owner))
    reminders.watch(silent)  # type: ignore[arg-type]
    assert not Review.objects.exists()
    clock.move_to(datetime(2026, 10, 31, 2, 0, tzinfo=UTC))
    reminders.watch(silent)  # type: ignore[arg-type]
    reminders.watch(silent)  # type: ignore[arg-type]
    review = Review.objects.get()
    assert (review.measure, review.missed) == (measure, "late")
    assert review.due_at - review.opened_at == timedelta(hours=48)
    assert Notice.objects.filter(user=owner, kind="plan.review_runs").count() == 1
    clock.move_to(review.due_at - timedelta(hours=5))
    reminders.watch(silent)  # type: ignore[arg-type]
    reminders.watch(silent)  # type: ignore[arg-type]
    clock.move_to(review.due_at + timedelta(minutes=1))
    reminders.watch(silent)  # type: ignore[arg-type]
    assert Notice.objects.filter(user=owner, kind="plan.review_runs").count() == 3


def test_a_review_is_closed_with_cause_and_adjusted_plan_only(leader: User) -> None:
    measure = running(leader)
    review = reviews.review_open(actor=leader, measure=measure, missed="late")
    assert reviews.review_open(actor=leader, measure=measure, missed="late") == review
    with pytest.raises(ValidationError):
        reviews.review_close(actor=leader, review=review)
    with pytest.raises(ValidationError):
        reviews.review_adjust(actor=leader, review=review)
    reviews.review_change(actor=leader, review=review, cause="演练与排班冲突")
    with pytest.raises(ValidationError):
        reviews.review_close(actor=leader, review=review)
    plan = reviews.review_adjust(actor=leader, review=review)
    assert (plan.version, plan.reason) == (2, "演练与排班冲突")
    assert reviews.review_adjust(actor=leader, review=review) == plan
    with pytest.raises(ValidationError):
        reviews.review_close(actor=leader, review=review)  # a draft is no adjusted plan yet
    plans.plan_submit(actor=leader, plan=plan)
    closed = reviews.review_close(actor=leader, review=review)
    assert (closed.closed_by, closed.closed_at) == (leader, NOW)
    with pytest.raises(ValidationError):
        reviews.review_change(actor=leader, review=review, cause="x")


def sampled(leader: User, measure: Measure, **rule: Any) -> Checkpoint:
    return checkpoints.check_plan(
        actor=leader, measure=measure, kind="sample", title="本周新增知识文章", due_on=TODAY, **rule
    )


ARTICLES = [f"文章 {n}" for n in range(1, 121)]


def test_a_tenth_of_a_lot_is_drawn_and_can_be_drawn_again(leader: User) -> None:
    check = checkpoints.check_draw(actor=leader, checkpoint=sampled(leader, running(leader)), items=ARTICLES, seed=7)
    assert (check.size, check.accept, check.seed) == (12, 0, 7)
    labels = list(check.results.values_list("label", flat=True))
    assert labels == [ARTICLES[n] for n in draw(120, 12, seed=7)]
    with pytest.raises(ValidationError):
        checkpoints.check_draw(actor=leader, checkpoint=check, items=ARTICLES, seed=8)


def test_no_bad_one_among_twelve(leader: User) -> None:
    """The bound is the last number of bad ones with C(120 − bad, 12) / C(120, 12) above 5 %."""
    from math import comb

    check = checkpoints.check_draw(actor=leader, checkpoint=sampled(leader, running(leader)), items=ARTICLES, seed=1)
    with pytest.raises(AnalysisError):
        checkpoints.check_judge(actor=leader, checkpoint=check)
    places = list(check.results.values_list("place", flat=True))
    checkpoints.check_enter(actor=leader, checkpoint=check, results=dict.fromkeys(places, (True, "")))
    judged = checkpoints.check_judge(actor=leader, checkpoint=check)
    most = max(bad for bad in range(109) if comb(120 - bad, 12) / comb(120, 12) > 0.05)
    assert judged.state == CheckState.PASSED
    assert judged.at_most == pytest.approx(most / 120)
    assert not Review.objects.exists()


def test_a_bad_one_fails_the_lot_and_opens_a_review(leader: User) -> None:
    measure = running(leader)
    check = checkpoints.check_draw(actor=leader, checkpoint=sampled(leader, measure), items=ARTICLES, seed=1)
    first = check.results.values_list("place", flat=True)[0]
    checkpoints.check_enter(actor=leader, checkpoint=check, results={first: (False, "步骤缺失")})
    judged = checkpoints.check_judge(actor=leader, checkpoint=check)
    assert judged.state == CheckState.FAILED
    review = Review.objects.get()
    assert (review.measure, review.missed, review.what) == (measure, "checkpoint", "本周新增知识文章")
    with pytest.raises(ValidationError):
        checkpoints.check_enter(actor=leader, checkpoint=judged, results={first: (True, "")})
    with pytest.raises(ValidationError):
        checkpoints.check_judge(actor=leader, checkpoint=judged)


def test_the_rule_may_be_two_shares(leader: User) -> None:
    check = sampled(leader, running(leader), good=0.01, poor=0.10)
    drawn = checkpoints.check_draw(actor=leader, checkpoint=check, items=ARTICLES, seed=1)
    assert drawn.size is not None
    assert 12 < drawn.size < 120
    with pytest.raises(ValidationError):
        sampled(leader, running(leader), good=0.01)


def test_what_was_not_drawn_has_no_result(leader: User) -> None:
    check = checkpoints.check_draw(actor=leader, checkpoint=sampled(leader, running(leader)), items=["a", "b"], seed=1)
    other = ({1, 2} - set(check.results.values_list("place", flat=True))).pop()
    with pytest.raises(ValidationError):
        checkpoints.check_enter(actor=leader, checkpoint=check, results={other: (True, "")})


def test_a_question_one_month_after_mentoring_began(leader: User) -> None:
    check = checkpoints.check_plan(
        actor=leader, measure=running(leader), kind="question", title="带教满一个月考核", due_on=TODAY
    )
    with pytest.raises(ValidationError):
        checkpoints.check_judge(actor=leader, checkpoint=check, passed=True)
    judged = checkpoints.check_judge(actor=leader, checkpoint=check, passed=True, finding="5 人中 5 人合格")
    assert (judged.state, judged.judged_at) == (CheckState.PASSED, NOW)


def test_a_meeting_talks_about_what_is_late_or_changed(leader: User, clock: Any) -> None:
    boss = person("director")
    measure = running(leader)
    late = tasks.task_add(actor=leader, title="逾期任务", due_on=TODAY - timedelta(days=1), measure=measure)
    tasks.task_add(actor=leader, title="下月任务", due_on=TODAY + timedelta(days=30), owner=measure.owner)
    first = meetings.meeting_make(actor=boss, held_on=TODAY)
    parts = {part["key"]: [line["what"] for line in part["lines"]] for part in first.agenda}
    assert parts["late_tasks"] == [str(late)]
    assert "due" not in parts
    assert parts["plans"][0].startswith(measure.plan.number)
    clock.move_to(NOW + timedelta(days=7))
    tasks.task_move(actor=leader, task=late, state="done")
    second = meetings.meeting_make(actor=boss, held_on=TODAY + timedelta(days=7))
    parts = {part["key"]: [line["what"] for line in part["lines"]] for part in second.agenda}
    assert parts["done"] == [str(late)]
    assert "late_tasks" not in parts


def test_decisions_become_tasks_and_closed_minutes_stay(leader: User) -> None:
    meeting = meetings.meeting_make(actor=leader, held_on=TODAY)
    task = meetings.meeting_decide(actor=leader, meeting=meeting, title="更换话术手册", due_on=TODAY, owner=employed())
    assert list(meeting.decisions.all()) == [task]
    with pytest.raises(ValidationError):
        meetings.meeting_close(actor=leader, meeting=meeting)
    meetings.meeting_write(actor=leader, meeting=meeting, minutes="同意更换", present="陈、赵")
    meetings.meeting_close(actor=leader, meeting=meeting)
    for change in (
        lambda: meetings.meeting_write(actor=leader, meeting=meeting, minutes="x", present=""),
        lambda: meetings.meeting_decide(actor=leader, meeting=meeting, title="x", due_on=TODAY),
        lambda: meetings.meeting_refresh(actor=leader, meeting=meeting),
    ):
        with pytest.raises(ValidationError):
            change()


def test_meetings_of_other_departments_stay_there(leader: User) -> None:
    there = Department.objects.create(name="别的部门")
    meetings.meeting_make(actor=person("director"), held_on=TODAY, department=there)
    assert not meetings_for(leader).exists()


def test_plans_of_a_closed_problem_rest(leader: User) -> None:
    from qualityloop.improvement.problems.services import problem_state

    plan = running(leader).plan
    boss = person("director")
    problem_state(
        actor=boss, problem=plan.problem, state="closed", verdict="dropped", reason="业务停止", what_next="不再跟进",
        signature=boss.username,
    )  # fmt: skip
    with pytest.raises(ValidationError):
        plans.plan_adjust(actor=leader, plan=plan, reason="x")
    assert Plan.objects.filter(problem=plan.problem).count() == 1
