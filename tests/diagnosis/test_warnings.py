"""Early warnings: opened once, muted while handled, ended with a lesson, back when they come back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from qualityloop.analysis.indicators.loading import load_standard
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError
from qualityloop.analysis.warning.finding import Finding
from qualityloop.analysis.warning.registry import RULES
from qualityloop.diagnosis.warnings import services
from qualityloop.diagnosis.warnings.jobs import evaluate_lake
from qualityloop.diagnosis.warnings.models import EarlyWarning, RuleSetting, Sighting, State
from qualityloop.diagnosis.warnings.queries import evidence_of, rules_on, warnings_for
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.models import Notice
from qualityloop.people.models import Department, Staff

pytestmark = pytest.mark.django_db

STANDARD = load_standard("after-sales")
FOUND = Finding(
    "past_warning", "first_response_online", (), date(2026, 10, 1), date(2026, 10, 31), "important",
    RULES["past_warning"].name, 0.80, 0.85, 174, 0.75, 0.84, 0.001, {"grain": "month"},
)  # fmt: skip
WORDS = {"cause": "夜班缺人", "action": "加一班", "lesson": "换季前先看排班"}


def person(role: str, name: str = "") -> User:
    return account_create(username=name or f"w-{role}", password="a good Passw0rd", role=role, name=name or role)


def keep(*found: Finding) -> list[EarlyWarning]:
    return services.findings_keep(actor=None, found=[(f, None) for f in found], standard=STANDARD, snapshot="abc123")


def test_a_finding_opens_one_warning_however_often_it_is_found() -> None:
    director = person("director")
    assert len(keep(FOUND)) == 1
    assert keep(FOUND) == []
    one = EarlyWarning.objects.get()
    assert one.number.startswith("YJ-")
    assert one.due_at - one.opened_at == timedelta(hours=48)
    assert one.evidence["standard"] == {"key": "after-sales", "version": STANDARD.version}
    assert (one.evidence["value"], one.evidence["limit"], one.evidence["n"]) == (0.80, 0.85, 174)
    assert evidence_of(one)["snapshot"] == "abc123"
    assert Notice.objects.filter(user=director).count() == 1
    assert Sighting.objects.count() == 1


def test_many_new_warnings_are_one_notice() -> None:
    director = person("director")
    keep(FOUND, replace(FOUND, subject="complaint_rate"), replace(FOUND, subject="csat"))
    assert EarlyWarning.objects.count() == 3
    assert Notice.objects.filter(user=director).count() == 1


def test_muted_while_handled_and_a_worsening_is_added() -> None:
    director = person("director")
    keep(FOUND)
    services.warning_take(actor=director, warning=EarlyWarning.objects.get())
    worse = replace(FOUND, at=date(2026, 11, 1), until=date(2026, 11, 30), severity="urgent", value=0.7)
    assert keep(worse) == []
    one = EarlyWarning.objects.get()
    assert (one.state, one.severity, one.evidence["value"]) == (State.TAKEN, "urgent", 0.7)
    assert one.sightings.count() == 2
    assert Notice.objects.filter(user=director).count() == 1
    milder = replace(worse, at=date(2026, 12, 1), until=date(2026, 12, 31), severity="important")
    keep(milder)
    one.refresh_from_db()
    assert one.severity == "urgent"


def test_it_ends_with_cause_action_and_lesson_only() -> None:
    director = person("director")
    keep(FOUND)
    one = EarlyWarning.objects.get()
    with pytest.raises(AnalysisError):
        services.warning_end(actor=director, warning=one, cause="夜班缺人", action=" ", lesson="x")
    ended = services.warning_end(actor=director, warning=one, **WORDS)
    assert ended.state == State.ENDED
    assert ended.endings.get().lesson == WORDS["lesson"]
    with pytest.raises(AnalysisError):
        services.warning_take(actor=director, warning=one)
    assert AuditEntry.objects.filter(model="diagnosis_warnings.earlywarning").count() == 2


def test_it_comes_back_with_new_evidence_after_its_end_and_not_with_the_old() -> None:
    director = person("director")
    keep(FOUND)
    one = services.warning_end(actor=director, warning=EarlyWarning.objects.get(), **WORDS)
    assert keep(FOUND) == []
    later = replace(FOUND, at=date(2026, 11, 1), until=date(2026, 11, 30))
    assert [w.pk for w in keep(later)] == [one.pk]
    one.refresh_from_db()
    assert (one.state, one.reopened, one.endings.count()) == (State.OPEN, 1, 1)
    services.warning_end(actor=director, warning=one, **WORDS)
    EarlyWarning.objects.update(ended_at=timezone.now() - timedelta(days=120))
    much_later = replace(FOUND, at=date(2027, 5, 1), until=date(2027, 5, 31))
    assert [w.pk for w in keep(much_later)] != [one.pk]
    assert EarlyWarning.objects.count() == 2


def test_the_owner_is_reminded_once_before_the_clock_ends() -> None:
    director = person("director")
    keep(FOUND)
    now = timezone.now()
    assert services.remind(now=now) == 0
    assert services.remind(now=now + timedelta(hours=40)) == 1
    services.remind(now=now + timedelta(hours=41))
    assert Notice.objects.filter(user=director, kind="warning.due").count() == 1


def test_a_senior_agent_sees_the_warnings_of_their_department_and_their_own() -> None:
    team = Department.objects.create(name="客服部")
    owner = person("senior_agent", "w-lead")
    Staff.objects.create(name="组长", user=owner, department=team)
    keep(FOUND, replace(FOUND, subject="nps", group=(("team", "客服部"),)), replace(FOUND, subject="csat"))
    EarlyWarning.objects.exclude(series="nps").update(department=None)
    assert list(warnings_for(owner).values_list("series", flat=True)) == ["nps"]
    other = EarlyWarning.objects.get(series="csat")
    services.warning_hand(actor=person("director"), warning=other, to=owner)
    assert warnings_for(owner).filter(pk=other.pk).exists()
    assert Notice.objects.filter(user=owner, kind="warning.mine").count() == 1


def test_rules_are_switched_and_tuned_within_their_bounds() -> None:
    qc = person("qc")
    services.rule_set(actor=qc, rule="drift", active=False, settings={})
    services.rule_set(actor=qc, rule="surge", active=True, settings={"alarms": 1, "extra": 10})
    on = rules_on().settings
    assert "drift" not in on
    assert on["surge"] == {"alarms": 1.0, "extra": 10.0}
    with pytest.raises(AnalysisError):
        services.rule_set(actor=qc, rule="surge", active=True, settings={"alarms": 1000})


def test_the_demo_gives_few_warnings_and_they_are_the_planted_stories(lake: Lake) -> None:
    found = evaluate_lake(lake, timezone.now())
    assert 3 <= len(found) <= 8
    series = {w.series for w in found}
    assert {"first_response_online", "complaint_rate", "repeat_repair_rate"} <= series
    night = next(w for w in found if w.series == "first_response_online")
    assert [["team", "夜班组"]] in night.evidence["detail"]["groups"]
    assert evaluate_lake(lake, timezone.now()) == []


def test_a_watch_warns_past_its_threshold_and_names_what_it_is_for(lake: Lake) -> None:
    services.register_watch(
        actor=None, key="risk.1", indicator="first_response_online", side="below", threshold=0.95,
        label="风险：上门预约新模式", url="/risks/1/",
    )  # fmt: skip
    services.register_watch(
        actor=None, key="risk.2", indicator="first_response_online", side="below", threshold=0.05, label="不会触发"
    )
    evaluate_lake(lake, timezone.now())
    (one,) = EarlyWarning.objects.filter(rule="watch")
    assert (one.series, one.source_label, one.source_url) == ("risk.1", "风险：上门预约新模式", "/risks/1/")


def test_pages_from_the_list_to_the_end(lake: Lake, director: Client) -> None:
    evaluate_lake(lake, timezone.now())
    page = director.get("/warnings/").content.decode()
    assert "YJ-" in page
    for one in EarlyWarning.objects.all():
        page = director.get(one.get_absolute_url()).content.decode()
        assert 'data-chart="trend"' in page
        assert one.number in page
    one = EarlyWarning.objects.get(series="first_response_online")
    assert "/indicators/first_response_online/rows/?" in director.get(one.get_absolute_url()).content.decode()
    assert director.post(f"/warnings/{one.pk}/take/").status_code == 302
    answer = director.post(f"/warnings/{one.pk}/end/", {"cause": "夜班缺人", "action": "", "lesson": "看排班"})
    assert answer.status_code == 422
    assert "夜班缺人" in answer.content.decode()  # what was typed stays
    assert director.post(f"/warnings/{one.pk}/end/", WORDS).status_code == 302
    assert WORDS["lesson"] in director.get(one.get_absolute_url()).content.decode()


def test_rules_page_and_form(director: Client) -> None:
    assert "连续未达目标" in director.get("/warnings/rules/").content.decode()
    assert "连续十四点上下交替：未启用" in director.get("/warnings/rules/").content.decode()
    page = director.get("/warnings/rules/surge/").content.decode()
    assert 'name="alarms"' in page
    assert director.post("/warnings/rules/surge/", {"alarms": "99", "extra": "5"}).status_code == 422
    assert director.post("/warnings/rules/surge/", {"alarms": "0.2", "extra": "5"}).status_code == 302
    assert RuleSetting.objects.get(rule="surge").active is False
    assert director.get("/warnings/rules/nonsense/").status_code == 404


def test_who_may_not_work_on_warnings(signed_in: Callable[..., Client]) -> None:
    keep(FOUND)
    one = EarlyWarning.objects.get()
    agent = signed_in("agent")
    assert agent.get("/warnings/").status_code == 404
    assert agent.post(f"/warnings/{one.pk}/take/").status_code == 404


def test_everything_by_the_api(director: Client) -> None:
    keep(FOUND)
    one = EarlyWarning.objects.get()
    qc = person("qc", "w-qc")

    def call(path: str, body: dict[str, Any] | None = None) -> Any:
        return director.post(
            f"/api/v1/warnings/{one.pk}/{path}", json.dumps(body) if body else None, content_type="application/json"
        )

    assert director.get("/api/v1/warnings").json()["items"][0]["number"] == one.number
    assert director.get(f"/api/v1/warnings/{one.pk}").json()["evidence"]["limit"] == 0.85
    assert call("take").json()["state"] == "taken"
    assert call("hand", {"to": "nobody"}).status_code == 422
    assert call("hand", {"to": qc.username}).json()["owner"] == "w-qc"
    assert call("end", {"cause": "a", "action": "b"}).status_code == 422
    assert call("end", WORDS).json()["endings"][0]["lesson"] == WORDS["lesson"]
    assert call("take").status_code == 409


def test_a_damaged_picture_does_not_hide_the_warning(director: Client, tmp_path: Path, settings: Any) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    keep(FOUND)
    assert director.get(EarlyWarning.objects.get().get_absolute_url()).status_code == 200
