"""Plans: SMART before they are handed in, four eyes, frozen at the start, adjusted as a new version."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.models import Notice
from qualityloop.improvement.plans import account, freezing
from qualityloop.improvement.plans.models import Measure, Plan, PlanState
from qualityloop.improvement.plans.presentation import compared
from qualityloop.improvement.plans.queries import frozen_predictions, plans_for
from qualityloop.improvement.plans.services import plans
from qualityloop.improvement.problems.models import State
from tests.improvement.plans_factories import COMPLETE, a_draft, a_problem, employed, person, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def leader() -> User:
    return person("senior_agent")


def test_a_plan_wants_a_locked_cause(leader: User) -> None:
    problem = a_problem(leader, locked=False)
    with pytest.raises(ValidationError):
        plans.plan_begin(actor=leader, problem=problem)
    assert Plan.objects.count() == 0


def test_a_gap_keeps_a_plan_from_being_handed_in(leader: User) -> None:
    plan = a_draft(leader, amount=None)
    with pytest.raises(ValidationError):
        plans.plan_submit(actor=leader, plan=plan)
    plans.measure_save(actor=leader, plan=plan, measure=plan.measures.get(), amount=0.1)
    assert plans.plan_submit(actor=leader, plan=plan).state == PlanState.SUBMITTED


def test_a_plan_without_measures_is_not_handed_in(leader: User) -> None:
    plan = plans.plan_begin(actor=leader, problem=a_problem(leader))
    with pytest.raises(ValidationError):
        plans.plan_submit(actor=leader, plan=plan)


def test_four_eyes(leader: User, settings: Any) -> None:
    boss = person("director")
    plan = a_draft(boss)
    plans.plan_submit(actor=boss, plan=plan)
    with pytest.raises(ValidationError):
        plans.plan_approve(actor=boss, plan=plan)
    settings.QUALITYLOOP_FOUR_EYES = False
    assert plans.plan_approve(actor=boss, plan=plan).state == PlanState.APPROVED


def test_the_problem_moves_with_its_plan(leader: User) -> None:
    plan, boss = a_draft(leader), person("director")
    problem = plan.problem
    plans.plan_submit(actor=leader, plan=plan)
    assert Notice.objects.filter(user=boss, kind="plan.waits").count() == 1
    plans.plan_approve(actor=boss, plan=plan)
    problem.refresh_from_db()
    assert problem.state == State.PLANNED
    plans.plan_start(actor=leader, plan=plan)
    problem.refresh_from_db()
    assert problem.state == State.EXECUTING
    with pytest.raises(ValidationError):
        plans.plan_end(actor=leader, plan=plan)
    plans.measure_move(actor=leader, measure=plan.measures.get(), state="done")
    plans.plan_end(actor=leader, plan=plan)
    problem.refresh_from_db()
    assert problem.state == State.VERIFYING
    actions = list(AuditEntry.objects.filter(model="improvement_plans.plan").values_list("action", flat=True))
    assert {"plan.begun", "plan.submitted", "plan.approved", "plan.started", "plan.ended"} <= set(actions)


def test_sent_back_it_is_a_draft_again_with_the_reason(leader: User) -> None:
    plan, boss = a_draft(leader), person("director")
    plans.plan_submit(actor=leader, plan=plan)
    with pytest.raises(ValidationError):
        plans.plan_send_back(actor=boss, plan=plan, reason=" ")
    plans.plan_send_back(actor=boss, plan=plan, reason="预算太高")
    plan.refresh_from_db()
    assert plan.state == PlanState.DRAFT
    assert Notice.objects.get(user=leader, kind="plan.answered").text == "预算太高"


def test_what_is_frozen_cannot_be_changed_by_anybody(leader: User) -> None:
    measure = running(leader)
    plan = measure.plan
    assert plan.frozen_hash == freezing.fingerprint(plan.frozen_json)
    assert plan.frozen_by == leader
    assert freezing.is_intact(plan)
    with pytest.raises(ValidationError):
        plans.measure_save(actor=leader, plan=plan, measure=measure, amount=0.01)
    for change in ({"amount": 0.01}, {"due_on": date(2027, 1, 1)}, {"group": []}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Measure.objects.filter(pk=measure.pk).update(**change)
    for change in ({"frozen_json": "{}"}, {"frozen_hash": ""}, {"goal": "anders"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Plan.objects.filter(pk=plan.pk).update(**change)
    for rows in (Measure.objects.filter(pk=measure.pk), Plan.objects.filter(pk=plan.pk)):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            rows._raw_delete("default")  # type: ignore[attr-defined]
    Measure.objects.filter(pk=measure.pk).update(state="running")  # what happens to it may be kept
    plan.refresh_from_db()
    assert freezing.is_intact(plan)


def test_a_measure_that_was_slipped_in_shows(leader: User) -> None:
    plan = running(leader).plan
    Measure.objects.create(plan=plan, title="nachgereicht")
    assert not freezing.is_intact(plan)


def test_predictions_for_whoever_judges(leader: User) -> None:
    measure = running(leader)
    (said,) = frozen_predictions(measure.plan.problem)
    assert (said["indicator"], said["amount"], said["direction"]) == ("first_response_online", 0.1, "up")
    assert said["group"] == [["team", "夜班"]]
    assert said["untouched"] == [[["team", "白班"]]]
    assert said["effect_until"] == date(2026, 12, 31)
    assert (said["measure"], said["frozen_hash"]) == (measure.pk, measure.plan.frozen_hash)
    assert frozen_predictions(a_draft(leader).problem) == []


def test_an_adjusted_plan_is_a_new_version_beside_the_old(leader: User) -> None:
    old = running(leader).plan
    new = plans.plan_adjust(actor=leader, plan=old, reason="演练时间与排班冲突")
    assert (new.version, new.state, new.replaces_id) == (2, PlanState.DRAFT, old.pk)  # type: ignore[attr-defined]
    plans.measure_save(actor=leader, plan=new, measure=new.measures.get(), amount=0.08)
    plans.measure_save(actor=leader, plan=new, owner=employed(), **{**COMPLETE, "title": "夜班增设 2 名坐席"})
    found = {change["name"]: change for change in compared(old, new)}
    assert found["夜班增设 2 名坐席"]["what"] == "added"
    assert [(c.before, c.after) for c in found["夜班首响演练"]["cells"]] == [("0.1", "0.08")]
    plans.plan_submit(actor=leader, plan=new)
    plans.plan_approve(actor=person("director"), plan=new)
    old.refresh_from_db()
    assert old.state == PlanState.EXECUTING
    plans.plan_start(actor=leader, plan=new)
    old.refresh_from_db()
    assert old.state == PlanState.REPLACED
    assert freezing.is_intact(old)
    assert json.loads(old.frozen_json)["measures"][0]["amount"] == 0.1
    assert len(frozen_predictions(old.problem)) == 2


def test_only_one_version_is_written_at_a_time(leader: User) -> None:
    old = running(leader).plan
    plans.plan_adjust(actor=leader, plan=old, reason="a")
    with pytest.raises(ValidationError):
        plans.plan_adjust(actor=leader, plan=old, reason="b")
    assert plans.plan_begin(actor=leader, problem=old.problem).version == 2


def test_giving_up_wants_a_reason(leader: User) -> None:
    measure = running(leader)
    with pytest.raises(ValidationError):
        plans.measure_move(actor=leader, measure=measure, state="dropped")
    assert plans.measure_move(actor=leader, measure=measure, state="dropped", reason="外包").state == "dropped"


def test_whoever_owns_a_measure_sees_the_plan(leader: User) -> None:
    agent, stranger = person("agent"), person("agent")
    employed(stranger, name="小王")
    measure = running(leader, owner=employed(agent, name="小周"))
    assert plans_for(agent).filter(pk=measure.plan_id).exists()
    assert not plans_for(stranger).exists()
    assert not plans_for(person("customer")).exists()


def test_cost_and_benefit_of_a_measure(leader: User) -> None:
    """1000 customers × churn 5/10/20 % × 0/10/15 % × 1000/1500/2000: by the means of the ranges."""
    plan = a_draft(leader, account={"cost": [5000, 5000, 5000], "customers": [1000, 1000, 1000]})
    shown = account.shown(plan.measures.get())
    assert shown is not None
    assert shown.net.mean == pytest.approx(1000 * (0.65 / 6) * (0.55 / 6) * 1500 - 5000)
    assert 0 < shown.net.low < shown.net.mean < shown.net.high
    assert 0.9 < shown.positive < 1  # with churn falling by nothing it does not pay
    assert account.shown(Measure(title="x")) is None


def test_a_measure_for_a_cause_that_is_not_locked_is_not_enough(leader: User) -> None:
    plan = a_draft(leader, cause="别的原因")
    with pytest.raises(ValidationError):
        plans.plan_submit(actor=leader, plan=plan)
