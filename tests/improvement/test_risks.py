"""Risks before launch: order and priority, the gate, what is watched, versions."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from qualityloop.diagnosis.warnings.models import EarlyWarning, Watch
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.models import Notice
from qualityloop.improvement.risks import services
from qualityloop.improvement.risks.models import Edition, Item, LaunchPlan, Risk
from qualityloop.improvement.risks.priority import RANKS, priority, product
from qualityloop.improvement.risks.queries import launch_plans_for, register_of
from tests.improvement.plans_factories import employed, person

ORDER = {"low": 0, "medium": 1, "high": 2}
RISK: dict[str, Any] = {
    "title": "远程误判导致二次上门", "severity": 8, "likelihood": 6, "detection": 7,
    "precaution": "上线前双人复核 200 单",
    "indicator": "first_contact_resolution", "side": "below", "threshold": 0.8,
}  # fmt: skip


@pytest.mark.parametrize(
    ("ranks", "expected"),
    [((10, 2, 7), "high"), ((9, 4, 1), "medium"), ((9, 2, 5), "medium"), ((9, 2, 4), "low"), ((10, 1, 10), "low"),
     ((8, 6, 2), "high"), ((8, 6, 1), "medium"), ((7, 4, 7), "high"), ((7, 4, 6), "medium"), ((7, 3, 5), "medium"),
     ((7, 3, 4), "low"), ((6, 8, 5), "high"), ((6, 8, 4), "medium"), ((5, 6, 1), "low"), ((4, 5, 7), "medium"),
     ((4, 5, 6), "low"), ((4, 3, 10), "low"), ((3, 8, 5), "medium"), ((3, 8, 4), "low"), ((2, 7, 10), "low"),
     ((1, 10, 10), "low")],
)  # fmt: skip
def test_priorities_of_the_handbook(ranks: tuple[int, int, int], expected: str) -> None:
    assert priority(*ranks) == expected


def test_no_rank_higher_makes_a_priority_lower() -> None:
    for s in RANKS:
        for o in RANKS:
            for d in RANKS:
                here = ORDER[priority(s, o, d)]
                for more in ((s + 1, o, d), (s, o + 1, d), (s, o, d + 1)):
                    if max(more) <= 10:
                        assert ORDER[priority(*more)] >= here, more
    assert product(10, 10, 10) == 1000
    with pytest.raises(ValueError, match="ranks"):
        priority(0, 5, 5)


def a_plan(actor: User, **values: Any) -> LaunchPlan:
    given = {"name": "远程诊断", "launch_on": date(2027, 3, 1), "owner": employed(), **values}
    return services.plan_begin(actor=actor, **given)


def whole(actor: User) -> tuple[LaunchPlan, Risk, Item]:
    plan = a_plan(actor)
    services.item_save(
        actor=actor, plan=plan, kind="goal", text="首次解决率达到 85%", indicator="first_contact_resolution",
        side="above", target=0.85,
    )  # fmt: skip
    ready = services.item_save(actor=actor, plan=plan, kind="ready", text="12 名工程师已培训")
    return plan, services.risk_save(actor=actor, plan=plan, **RISK), ready


@pytest.mark.django_db
def test_the_gate_stays_closed_until_the_high_risk_is_settled_and_all_is_ready() -> None:
    boss = person("director")
    plan, risk, ready = whole(boss)
    assert risk.priority == "high"
    with pytest.raises(ValidationError) as refused:
        services.plan_move(actor=boss, plan=plan, state="approved")
    assert len(refused.value.messages) == 2
    services.item_ready(actor=boss, item=ready, ready=True)
    with pytest.raises(ValidationError, match="远程误判"):
        services.plan_move(actor=boss, plan=plan, state="approved")
    services.risk_done(actor=boss, risk=risk)
    assert services.plan_move(actor=boss, plan=plan, state="approved").state == "approved"
    kept = Edition.objects.get(plan=plan)
    assert (kept.version, kept.content["risks"][0]["rpn"], len(kept.fingerprint)) == (1, 336, 64)
    with pytest.raises(ValidationError):
        services.risk_save(actor=boss, plan=plan, risk=risk, title="anders")
    assert AuditEntry.objects.filter(action="launch.moved").count() == 1


@pytest.mark.django_db
def test_an_accepted_risk_opens_the_gate_until_its_ranks_change() -> None:
    boss = person("director")
    plan, risk, ready = whole(boss)
    services.item_ready(actor=boss, item=ready, ready=True)
    with pytest.raises(ValidationError):
        services.risk_accept(actor=boss, risk=risk, reason="  ")
    services.risk_accept(actor=boss, risk=risk, reason="试点仅 50 户，每单人工复核")
    risk = services.risk_save(actor=boss, plan=plan, risk=Risk.objects.get(pk=risk.pk), likelihood=9)
    assert not risk.accepted_reason
    services.risk_accept(actor=boss, risk=risk, reason="试点仅 50 户")
    services.plan_move(actor=boss, plan=plan, state="approved")
    services.plan_move(actor=boss, plan=plan, state="launched")
    with pytest.raises(ValidationError):
        services.plan_move(actor=boss, plan=plan, state="draft")
    again = services.plan_move(actor=boss, plan=plan, state="draft", reason="扩大到全国")
    assert again.version == 2
    services.plan_move(actor=boss, plan=plan, state="approved")
    assert list(Edition.objects.filter(plan=plan).values_list("version", flat=True)) == [2, 1]


@pytest.mark.django_db
def test_another_precaution_is_not_carried_out_yet() -> None:
    boss = person("director")
    plan, risk, _ready = whole(boss)
    services.risk_done(actor=boss, risk=risk)
    kept = services.risk_save(actor=boss, plan=plan, risk=Risk.objects.get(pk=risk.pk), precaution="改为三人复核")
    assert kept.done_at is None


@pytest.mark.django_db
def test_the_trigger_is_watched_and_its_warning_stands_at_the_risk() -> None:
    boss = person("director")
    plan, risk, _ready = whole(boss)
    watch = Watch.objects.get(key=f"risk.{risk.pk}")
    assert (watch.indicator, watch.side, watch.threshold, watch.active) == (
        "first_contact_resolution",
        "below",
        0.8,
        True,
    )
    assert watch.url.endswith(f"#risk-{risk.pk}")
    now = timezone.now()
    EarlyWarning.objects.create(
        number="YJ-2026-00042", rule="watch", series=watch.key, name_kept='"一次解决率"', severity="urgent",
        said_kept='"一次解决率 76%，低于 80%"', until=now.date(), opened_at=now, due_at=now,
    )  # fmt: skip
    client = Client()
    client.force_login(boss)
    page = client.get(f"/risks/{plan.pk}/").content.decode()
    assert "YJ-2026-00042" in page
    assert "低于 80%" in page
    assert "ql-matrix" in page
    said = client.get(f"/api/v1/launch-plans/{plan.pk}").json()
    assert said["risks"][0]["warnings"] == ["YJ-2026-00042"]
    services.risk_save(actor=boss, plan=plan, risk=Risk.objects.get(pk=risk.pk), indicator="")
    watch.refresh_from_db()
    assert not watch.active


@pytest.mark.django_db
def test_a_stopped_plan_and_a_removed_risk_are_no_longer_watched() -> None:
    boss = person("director")
    plan, risk, _ready = whole(boss)
    services.plan_move(actor=boss, plan=plan, state="stopped", reason="不做了")
    assert not Watch.objects.get(key=risk.watch_key).active
    services.plan_move(actor=boss, plan=plan, state="draft", reason="重启")
    assert Watch.objects.get(key=risk.watch_key).active
    key = risk.watch_key
    services.risk_remove(actor=boss, risk=Risk.objects.get(pk=risk.pk))
    assert not Watch.objects.get(key=key).active
    assert not Risk.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"severity": 11}, {"likelihood": 0}, {"title": " "}, {"severity_after": 3}, {"threshold": None}]
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    boss = person("director")
    with pytest.raises(ValidationError):
        services.risk_save(actor=boss, plan=a_plan(boss), **{**RISK, **wrong})
    assert not Watch.objects.exists()


@pytest.mark.django_db
def test_the_register_is_ordered_by_priority_then_product_and_owners_are_told() -> None:
    boss, owner = person("director"), employed(person("engineer"))
    plan = a_plan(boss)
    ranks = {"低": (2, 9, 6), "高": (9, 4, 2), "中": (6, 7, 9)}  # by product alone 中 would come first
    for title, (s, o, d) in ranks.items():
        services.risk_save(
            actor=boss, plan=plan, title=title, severity=s, likelihood=o, detection=d, owner=owner
        )  # fmt: skip
    assert next((r.title, r.priority) for r in register_of(plan)) == ("高", "high")
    assert Notice.objects.filter(user=owner.user).count() == 3


@pytest.mark.django_db
def test_pages_and_api_from_the_plan_to_the_launch() -> None:
    boss, agent, leader = person("director"), person("agent"), person("senior_agent")
    client, other = Client(), Client()
    client.force_login(boss)
    other.force_login(agent)
    assert other.get("/risks/").status_code == 404
    owner = employed()
    made = client.post("/risks/new/", {"name": "智能客服机器人", "launch_on": "2027-01-15", "owner": owner.pk})
    plan = LaunchPlan.objects.get()
    assert made["Location"] == f"/risks/{plan.pk}/"
    assert not launch_plans_for(leader).exists()
    client.post(f"/risks/{plan.pk}/goals/new/", {"text": "转人工率不高于三成"})
    client.post(f"/risks/{plan.pk}/ready/new/", {"text": "知识库已核对"})
    wrong = client.post(f"/risks/{plan.pk}/risks/new/", {"title": "答非所问", "severity": 12})
    assert wrong.status_code == 422
    assert "答非所问" in wrong.content.decode()
    client.post(
        f"/risks/{plan.pk}/risks/new/",
        {"title": "答非所问", "severity": 7, "likelihood": 8, "detection": 6, "group_typed": "team=夜班",
         "precaution": "灰度"},
    )  # fmt: skip
    risk, ready = Risk.objects.get(), Item.objects.get(kind="ready")
    assert risk.group == [["team", "夜班"]]
    client.post(f"/risks/{plan.pk}/approve/")
    plan.refresh_from_db()
    assert plan.state == "draft"

    def send(how: str, path: str, what: dict[str, Any]) -> Any:
        return getattr(client, how)(f"/api/v1/{path}", json.dumps(what), content_type="application/json")

    assert send("post", f"launch-plans/{plan.pk}/move", {"state": "approved"}).status_code == 422
    assert send("put", f"launch-items/{ready.pk}/ready", {"done": True}).json()["done_at"]
    assert send("put", f"launch-risks/{risk.pk}/done", {"done": True}).json()["priority"] == "high"
    assert send("post", f"launch-plans/{plan.pk}/move", {"state": "approved"}).json()["in_the_way"] == 0
    client.post(f"/risks/{plan.pk}/launch/")
    page = client.get(f"/risks/{plan.pk}/").content.decode()
    assert "已上线" in page
    assert "120 并不是 60 的两倍" in page
    begun = send("post", "launch-plans", {"name": "上门前视频", "launch_on": "2027-02-01"})
    assert begun.status_code == 201
    left = {"severity_after": 8, "likelihood_after": 2, "detection_after": 3}
    added = send("post", f"launch-plans/{begun.json()['id']}/risks", {**RISK, **left})
    assert (added.json()["rpn"], added.json()["rpn_after"], added.json()["priority_after"]) == (336, 48, "low")
