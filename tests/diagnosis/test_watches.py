"""Watches and rules on their page and by API; trying them on the last 26 weeks before they are saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from django.test import Client
from django.utils import timezone
from statsmodels.stats.proportion import proportion_confint

from qualityloop.analysis.lake import Lake
from qualityloop.diagnosis.warnings import services
from qualityloop.diagnosis.warnings.jobs import evaluate_lake
from qualityloop.diagnosis.warnings.models import EarlyWarning, RuleSetting, Watch
from qualityloop.foundation.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
FORM = {
    "label": "夜班首响",
    "indicator": "first_response_online",
    "team": "",
    "side": "below",
    "threshold": "93",
    "active": "on",
}


def counted(lake: Lake) -> list[tuple[date, int, int]]:
    """Month, answered online tickets, those within 5 minutes; by SQL of our own on the files of the lake."""
    files = [str(one) for one in lake.datasets["tickets"].files]
    return duckdb.sql(
        f"""SELECT date_trunc('month', created_at + INTERVAL 8 HOUR)::DATE AS m, count(*),
                   count(*) FILTER (WHERE epoch(first_response_at) - epoch(created_at) <= 300)
            FROM read_parquet({files!r}) WHERE channel = 'online' AND first_response_at IS NOT NULL
            GROUP BY 1 ORDER BY 1"""
    ).fetchall()


def below(lake: Lake, threshold: float) -> list[tuple[date, float]]:
    """Months of the last 26 weeks whose Wilson interval (by statsmodels) lies below the threshold as a whole."""
    last = date(2026, 10, 31)
    found = []
    for month, n, hits in counted(lake):
        end = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        high = proportion_confint(hits, n, method="wilson")[1]
        if last - timedelta(days=181) <= end <= last and high < threshold:
            found.append((end, hits / n))
    return found


def test_a_watch_tried_says_what_plain_sql_says(director: Client, lake: Lake) -> None:
    body = {"label": "x", "indicator": "first_response_online", "side": "below", "threshold": 0.8}
    for threshold in (0.6, 0.75, 0.8, 0.93):
        tried = director.post("/api/v1/watches/try", {**body, "threshold": threshold}, "application/json").json()
        wanted = below(lake, threshold)
        assert (tried["since"], tried["until"]) == ("2026-05-03", "2026-10-31")
        assert [line["at"] for line in tried["lines"]] == [f"{end}" for end, _v in reversed(wanted)]
        assert [line["value"] for line in tried["lines"]] == [
            f"{v * 100:.1f}".removesuffix(".0") + " %" for _end, v in reversed(wanted)
        ]
        assert (tried["signals"], tried["judged"]) == (len(wanted), 6)
    assert not Watch.objects.exists()


def test_made_tried_switched_and_found_on_its_page(director: Client, lake: Lake) -> None:
    page = director.post("/warnings/watches/new/", {**FORM, "do": "try"}).content.decode()
    assert "过去 26 周" in page
    assert "2026-10-31" in page
    assert not Watch.objects.exists()
    assert director.post("/warnings/watches/new/", FORM).status_code == 302
    one = Watch.objects.get()
    assert (one.indicator, one.side, one.threshold, one.is_own) == ("first_response_online", "below", 0.93, True)
    assert 'value="93' in director.get(f"/warnings/watches/{one.pk}/").content.decode()
    evaluate_lake(lake, timezone.now())
    warned = EarlyWarning.objects.get(rule="watch")
    assert (warned.source_label, warned.series) == ("夜班首响", one.key)
    listed = director.get("/warnings/rules/").content.decode()
    assert "93 %" in listed
    assert director.post(f"/warnings/watches/{one.pk}/switch/").status_code == 302
    one.refresh_from_db()
    assert (one.active, one.threshold) == (False, 0.93)
    assert director.post(f"/warnings/watches/{one.pk}/", {**FORM, "threshold": "nan"}).status_code == 422
    assert [e.after.get("active") for e in AuditEntry.objects.filter(action="warning.watch_set").order_by("pk")] == [
        True, False,
    ]  # fmt: skip


def test_a_watch_of_a_team_by_api(director: Client, lake: Lake) -> None:
    body = {"label": "夜班", "indicator": "first_response_online", "team": "夜班", "side": "below", "threshold": 0.9}
    assert director.post("/api/v1/watches/try", body, "application/json").status_code == 200
    made = director.post("/api/v1/watches", body, "application/json")
    assert made.status_code == 201
    pk = made.json()["id"]
    assert Watch.objects.get().grouping == [["team", "夜班"]]
    changed = director.patch(f"/api/v1/watches/{pk}", {"threshold": 0.8, "active": False}, "application/json").json()
    assert (changed["threshold"], changed["active"], changed["team"], changed["own"]) == (0.8, False, "夜班", True)
    assert director.get("/api/v1/watches").json() == [changed]
    unknown = director.post("/api/v1/watches", {**body, "indicator": "nothing"}, "application/json")
    assert unknown.status_code == 422


def test_those_of_other_rooms_are_changed_there(director: Client) -> None:
    one = services.register_watch(
        actor=None, key="risk.1", indicator="csat", side="below", threshold=0.8, label="风险", url="/risks/1/"
    )
    assert director.get(f"/warnings/watches/{one.pk}/").status_code == 404
    assert director.post(f"/warnings/watches/{one.pk}/switch/").status_code == 404
    assert director.patch(f"/api/v1/watches/{one.pk}", {"active": False}, "application/json").status_code == 409
    assert "/risks/1/" in director.get("/warnings/rules/").content.decode()


@pytest.mark.parametrize(
    "key", ["silence", "surge", "complaint_rate", "past_warning", "below_target", "run_rules", "drift"]
)
def test_every_rule_can_be_tried(director: Client, lake: Lake, key: str) -> None:
    tried = director.post(f"/api/v1/warning-rules/{key}/try", {}, "application/json")
    assert tried.status_code == 200, tried.content
    found = tried.json()
    assert found["judged"] > 0
    assert found["warnings"] <= found["signals"]
    assert all(found["since"] <= line["at"] for line in found["lines"])
    shown = director.post(f"/warnings/rules/{key}/", {**numbers(director, key), "active": "on", "do": "try"})
    assert shown.status_code == 200
    assert f"{found['warnings']} 条新预警" in shown.content.decode()
    assert not RuleSetting.objects.exists()


def numbers(client: Client, key: str) -> dict[str, Any]:
    """The rule's numbers as its form sends them."""
    [rule] = [one for one in client.get("/api/v1/warning-rules").json() if one["key"] == key]
    sent = {}
    for one in rule["parameters"]:
        switch = (one["least"], one["most"]) == (0, 1) and one["default"] in (0, 1)
        if not switch or one["value"]:
            sent[one["key"]] = "on" if switch else one["value"]
    return sent


def test_a_stricter_number_warns_less(director: Client, lake: Lake) -> None:
    url = "/api/v1/warning-rules/surge/try"
    loose = director.post(url, {"settings": {"alarms": 5}}, "application/json").json()
    strict = director.post(url, {"settings": {"alarms": 0.001}}, "application/json").json()
    assert loose["signals"] > strict["signals"]


def test_rules_are_set_by_api(director: Client, signed_in: Callable[..., Client]) -> None:
    url = "/api/v1/warning-rules/surge"
    kept = director.put(url, {"active": False, "settings": {"alarms": 0.2}}, "application/json").json()
    assert (kept["active"], kept["parameters"][0]["value"], kept["parameters"][1]["value"]) == (False, 0.2, 5)
    assert AuditEntry.objects.filter(action="warning.rule_set").count() == 1
    assert director.put(url, {"active": True, "settings": {"alarms": 99}}, "application/json").status_code == 422
    assert director.put(url, {"active": True, "settings": {"other": 1}}, "application/json").status_code == 422
    assert director.put("/api/v1/warning-rules/no", {"active": True}, "application/json").status_code == 404


def test_without_data_there_is_nothing_to_try_on(director: Client, tmp_path: object, settings: Any) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    assert director.post("/api/v1/warning-rules/drift/try", {}, "application/json").status_code == 409
    answer = director.post("/warnings/watches/new/", {**FORM, "do": "try"})
    assert answer.status_code == 422
