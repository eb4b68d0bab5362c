"""Evaluations: kept as they are, early looks prove nothing, a miss opens its review; closing unproven is signed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client

from qualityloop.analysis.lake import Lake
from qualityloop.foundation.notices.models import Notice
from qualityloop.improvement.effects import services, standardising
from qualityloop.improvement.effects.jobs import due, evaluate
from qualityloop.improvement.effects.models import Evaluation, Proposal
from qualityloop.improvement.effects.presentation import change_words
from qualityloop.improvement.effects.queries import evaluations_for, proves
from qualityloop.improvement.effects.triggers import TABLE
from qualityloop.improvement.plans.models import Plan, Review
from qualityloop.improvement.plans.queries import frozen_predictions
from qualityloop.improvement.problems.models import Problem
from qualityloop.improvement.problems.services import problem_change, problem_open, problem_state
from qualityloop.standards.versions import services as standards
from qualityloop.standards.versions.models import Document, Version
from tests.improvement.test_whole_loop_api import (
    BEGINS,
    Caller,
    at,
    carried_out,
    clock,
    lake_home,
    quiet,
    until_the_plan_has_started,
)
from tests.people.conftest import House

__all__ = ["clock", "lake_home"]
FAILED: dict[str, Any] = {
    "title": "上门前电话预约", "indicator": "resolution_hardware", "group": [["team", "华南维修站"]], "amount": 16.0,
    "starts_on": "2026-06-15", "due_on": "2026-07-10", "baseline_until": "2026-06-14", "method": "did",
}  # fmt: skip


class Improvement:
    """A problem whose plan is carried out, and the people."""

    def __init__(self, house: House, clock: Any, home: Any, **changes: Any) -> None:
        self.house, self.clock, self.lake = house, clock, Lake.open(home / "lake")
        self.boss, self.leader, self.agent = (Caller(house, who) for who in ("林主任", "陈班长", "小周"))
        pk = until_the_plan_has_started(house, self.lake, self.boss, self.leader, clock, **changes)
        self.measure = carried_out(house, self.leader, self.agent, clock, pk)
        self.problem = Problem.objects.get(pk=pk)

    def evaluated(self, day: date) -> Evaluation:
        self.clock.move_to(at(day))
        return services.evaluate_problem(actor=self.house.users["陈班长"], problem=self.problem)[0]


@pytest.fixture
def worked(house: House, clock: Any, lake_home: Any) -> Improvement:
    return Improvement(house, clock, lake_home)


@pytest.fixture
def failed(house: House, clock: Any, lake_home: Any) -> Improvement:
    return Improvement(house, clock, lake_home, **FAILED)


def test_an_evaluation_is_kept_as_it_was(worked: Improvement, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(services, "announce", lambda event, body: told.append((event, body["verdict"], body["final"])))
    one = worked.evaluated(date(2026, 11, 2))
    assert (one.plan_hash, one.snapshot) == (Plan.objects.get().frozen_hash, worked.lake.snapshot)
    assert one.expected == -0.05
    assert one.starts_on == BEGINS
    assert one.until == date(2026, 10, 31)
    with pytest.raises(DatabaseError), transaction.atomic():
        Evaluation.objects.filter(pk=one.pk).update(verdict="not_effective")
    with pytest.raises(DatabaseError), transaction.atomic():
        Evaluation.objects.filter(pk=one.pk)._raw_delete("default")  # type: ignore[attr-defined]
    if connection.vendor == "sqlite":  # REPLACE deletes without asking
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"REPLACE INTO {TABLE} SELECT * FROM {TABLE} WHERE id = %s", [one.pk])
    assert services.compute_again(one).same is True
    Evaluation(**{**_columns(one), "snapshot": "another"}).save(force_insert=True)
    other = Evaluation.objects.get(snapshot="another")
    assert services.compute_again(other).same is None
    assert told == [("effect.evaluated", "effective", True)]


def _columns(one: Evaluation) -> dict[str, Any]:
    return {f.attname: getattr(one, f.attname) for f in Evaluation._meta.concrete_fields if f.name != "id"}


def test_a_number_that_was_altered_is_noticed(worked: Improvement) -> None:
    one = worked.evaluated(date(2026, 11, 2))
    one.result["points"][3]["value"] += 0.001
    assert services.compute_again(one).same is False


def test_an_early_look_proves_nothing(worked: Improvement) -> None:
    later = {**worked_prediction(worked), "effect_until": date(2026, 12, 31)}
    one = services.evaluate(
        actor=None, problem=worked.problem, prediction=later, lake=worked.lake
    )  # fmt: skip
    assert (one.verdict, one.final) == ("effective", False)
    assert not proves(worked.problem)
    assert Notice.objects.filter(kind="effect.evaluated").count() == 0
    with pytest.raises(ValidationError):
        problem_state(actor=worked.house.users["林主任"], problem=worked.problem, state="closed", verdict="effective")


def worked_prediction(worked: Improvement) -> dict[str, Any]:
    return frozen_predictions(worked.problem)[0]


def test_what_failed_opens_its_review_once_and_is_closed_with_a_signature(failed: Improvement) -> None:
    one = failed.evaluated(date(2026, 11, 2))
    assert one.verdict == "not_effective"
    review = Review.objects.get(missed="prediction")
    assert review.measure_id == failed.measure
    assert "无效" in review.what
    assert failed.evaluated(date(2026, 11, 3)) == one
    assert Review.objects.count() == 1
    boss = failed.house.users["林主任"]
    move: dict[str, Any] = {"actor": boss, "problem": failed.problem, "state": "closed"}
    with pytest.raises(ValidationError):
        problem_state(**move, verdict="effective", reason="大家都说好")
    signed = {"reason": "电话预约没有缩短时长", "what_next": "改为增加备件储备", "signature": "林主任"}
    for missing in signed:
        with pytest.raises(ValidationError) as refused:
            problem_state(**move, verdict="not_effective", **{**signed, missing: ""})
        assert missing in refused.value.message_dict
    with pytest.raises(ValidationError) as refused:
        problem_state(**move, verdict="not_effective", **{**signed, "signature": "陈班长"})
    assert "signature" in refused.value.message_dict
    owner = failed.house.users["陈班长"]
    with pytest.raises(ValidationError, match="双人"):
        problem_state(**{**move, "actor": owner}, verdict="not_effective", **{**signed, "signature": "陈班长"})
    closed = problem_state(**move, verdict="not_effective", **signed)
    assert (closed.signature, closed.what_next) == ("林主任", "改为增加备件储备")


def test_no_other_way_closes_a_problem(worked: Improvement) -> None:
    """Neither a change of columns, nor the end of a plan, nor a plain comment, nor the API."""
    boss = worked.house.users["林主任"]
    with pytest.raises(ValueError, match="state"):
        problem_change(actor=boss, problem=worked.problem, state="closed")
    pk = worked.problem.pk
    worked.boss("PATCH", f"improvements/{pk}", {"state": "closed"}, 422)
    for verdict in ("effective", "not_effective", "undecided", "dropped"):
        worked.boss("POST", f"improvements/{pk}/close", {"verdict": verdict, "reason": "已经好了"}, 422)
    assert Problem.objects.get(pk=pk).state == "verifying"
    assert Plan.objects.get().state == "done"


def test_every_morning_what_is_due_is_evaluated_once(worked: Improvement) -> None:
    worked.clock.move_to(at(date(2026, 10, 30)))
    due(quiet)  # type: ignore[arg-type]
    assert not Evaluation.objects.exists()
    for day in (2, 3):
        worked.clock.move_to(at(date(2026, 11, day)))
        due(quiet)  # type: ignore[arg-type]
    assert Evaluation.objects.count() == 1
    evaluate(quiet, problem=worked.problem.pk)  # type: ignore[arg-type]
    assert Evaluation.objects.count() == 1


def test_without_a_standard_that_knows_it_nothing_can_be_told(worked: Improvement) -> None:
    unknown = {**worked_prediction(worked), "indicator": "no_such"}
    one = services.evaluate(actor=None, problem=worked.problem, prediction=unknown, lake=worked.lake)
    assert (one.verdict, one.method, one.final) == ("cannot_tell_yet", "none", False)
    assert "no_such" in one.result["sentence"]["zh"]


def test_pages_for_the_people_of_the_problem_only(worked: Improvement) -> None:
    one = worked.evaluated(date(2026, 11, 2))
    pages = {}
    for who in ("林主任", "小周", "老李"):
        client = Client()
        client.force_login(worked.house.users[who])
        pages[who] = client
    here = f"/improvement/effects/{one.pk}/"
    assert pages["老李"].get(here).status_code == 404
    assert pages["老李"].get(f"/improvement/effects/of-problem/{worked.problem.pk}/").status_code == 404
    shown = pages["林主任"].get(here).content.decode()
    for text in ("有效：问题升级率", "effect-picture", "安慰剂日期", "rows/", "预期"):
        assert text in shown
    assert "rows/" not in pages["小周"].get(here).content.decode()  # no rows for agents
    assert "已证实" in pages["小周"].get(f"/problems/{worked.problem.pk}/").content.decode()
    assert (
        change_words(one, one.value) in pages["林主任"].get("/improvement/effects/").content.decode()
    )  # with its unit
    assert "完全一致" in pages["小周"].post(here + "again/", follow=True).content.decode()
    assert list(evaluations_for(worked.house.users["老李"])) == []
    page = pages["林主任"].get(f"/improvement/effects/of-problem/{worked.problem.pk}/").content.decode()
    assert "固化为标准" in page
    assert pages["小周"].post(f"/improvement/effects/of-problem/{worked.problem.pk}/propose/").status_code == 404
    pages["林主任"].post(f"/improvement/effects/of-problem/{worked.problem.pk}/propose/")
    assert Proposal.objects.count() == 5
    for one_proposal in Proposal.objects.all():
        assert pages["林主任"].get(f"/improvement/proposals/{one_proposal.pk}/").status_code == 200
        assert pages["林主任"].get(f"/improvement/proposals/{one_proposal.pk}/edit/").status_code == 200


def test_proposals_become_drafts_and_wait_again_when_those_are_withdrawn(worked: Improvement) -> None:
    worked.evaluated(date(2026, 11, 2))
    boss = worked.house.users["林主任"]
    with pytest.raises(ValidationError):
        standardising.propose(actor=boss, problem=_fresh(boss))
    made = {one.kind: one for one in standardising.propose(actor=boss, problem=worked.problem)}
    indicator = made["indicator"]
    assert indicator.target is not None
    assert indicator.warning is not None
    assert indicator.target < indicator.warning
    with pytest.raises(ValidationError) as refused:
        standardising.accept(actor=boss, proposal=indicator)
    assert "document" in refused.value.message_dict
    content = {
        "name": {"zh": "标准", "en": "S"},
        "indicators": [{"key": "escalation_rate", "unit": "percent", "target": "9%"}],
    }
    version = standards.document_create(actor=boss, kind="indicators", key="own", content=content)
    standards.withdraw(actor=boss, version=version, reason="练习")
    own = Document.objects.get(key="own")
    kept = standardising.proposal_change(actor=boss, proposal=indicator, document=own, target=0.07, warning=0.1)
    drafted = standardising.accept(actor=boss, proposal=kept)
    assert drafted.version is not None
    assert drafted.version.content["indicators"][0] == {
        "key": "escalation_rate", "unit": "percent", "target": "7%", "warning": "10%"
    }  # fmt: skip
    standards.withdraw(actor=boss, version=Version.objects.get(pk=drafted.version.pk), reason="重写")
    again = Proposal.objects.get(pk=indicator.pk)
    assert (again.state, again.version) == ("proposed", None)
    with pytest.raises(ValidationError):
        standardising.reject(actor=boss, proposal=again, reason=" ")
    assert standardising.reject(actor=boss, proposal=again, reason="指标表另行修订").state == "rejected"
    with pytest.raises(ValidationError):
        standardising.accept(actor=worked.house.users["陈班长"], proposal=made["sop"])


def _fresh(actor: Any) -> Problem:
    return problem_open(actor=actor, title="另一个", grade="ordinary", grade_reason="x").problem


def test_the_register_counts_what_was_proven_with_its_interval(worked: Improvement) -> None:
    from qualityloop.improvement.lessons.yearly import years_for

    one, boss = worked.evaluated(date(2026, 11, 2)), worked.house.users["林主任"]
    Problem.objects.filter(pk=worked.problem.pk).update(state="closed", closed_at=at(date(2026, 11, 2)))
    (year,) = [year for year in years_for(boss) if year.yields]
    (found,) = [one for one in year.yields if one.evaluation is not None]
    assert (year.year, year.proven, found.proof, found.evaluation) == (2026, 1, True, one)
    assert one.low is not None
    assert one.high is not None
    assert one.low < one.high < 0  # fewer escalations
    client = Client()
    client.force_login(boss)
    said = client.get("/api/v1/lessons/register").json()[0]["yields"]
    assert [(y["value"], y["low"], y["high"]) for y in said if y["proof"]] == [(one.value, one.low, one.high)]
    page = client.get("/improvement/register/").content.decode()
    assert f"/improvement/effects/{one.pk}/" in page
