"""The rules of data cleaning, set by programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.collection.test_import_api import Program

from qualityloop.collection.cleaning.models import CleaningState, Finding, RuleSetting
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.api import metering
from qualityloop.foundation.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(tmp_path: Path, settings: Any, django_capture_on_commit_callbacks: Callable[..., Any]) -> Program:
    settings.QUALITYLOOP_HOME = tmp_path
    metering.forget()
    person = account_create(username="director", password="a good Passw0rd", role="director")
    return Program(person, django_capture_on_commit_callbacks)


def options(rule: dict[str, Any]) -> dict[str, Any]:
    return {one["key"]: one["value"] for one in rule["options"]}


def test_rules_are_listed_as_the_page_shows_them(program: Program) -> None:
    Finding.objects.create(dataset="tickets", record_id=1, number="T1", rule="near", state="taken_back")
    Finding.objects.create(dataset="tickets", record_id=2, number="T2", rule="near")
    found = {one["key"]: one for one in program.call("GET", "cleaning-rules")}
    assert list(found) == ["times", "trial", "exact", "near"]
    near = found["near"]
    assert (near["label"], near["active"], near["aside"], near["taken_back"]) == ("Near duplicate", True, 1, 1)
    assert options(near) == {"days": 3.0, "similarity": 0.85, "least": 10}
    assert "测试" in options(found["trial"])["words"]
    assert program.call("GET", "cleaning-rules/near") == near


def test_a_rule_is_set_and_what_is_left_out_stays(program: Program) -> None:
    CleaningState.objects.all().delete()
    changed = program.call("PATCH", "cleaning-rules/exact", {"options": {"days": 0.5}})
    assert (changed["active"], options(changed)) == (True, {"days": 0.5, "least": 6})
    assert RuleSetting.objects.get(key="exact").options == {"days": 0.5, "least": 6}
    assert CleaningState.objects.get().ended_at is not None  # all records were looked at anew
    entry = AuditEntry.objects.get(action="cleaning.rule_saved")
    assert (json.loads(entry.before_json)["days"], json.loads(entry.after_json)["days"]) == (3.0, 0.5)
    off = program.call("PATCH", "cleaning-rules/exact", {"active": False})
    assert (off["active"], options(off)) == (False, {"days": 0.5, "least": 6})
    kept = program.call("PATCH", "cleaning-rules/exact", {"options": {"least": 8}})
    assert (kept["active"], options(kept)["least"]) == (False, 8)
    words = program.call("PATCH", "cleaning-rules/trial", {"options": {"words": ["卡纸", "演示"], "around": []}})
    assert (options(words)["words"], options(words)["around"]) == (["卡纸", "演示"], [])
    since = program.call("PATCH", "cleaning-rules/times", {"options": {"founded": "2020-01-31"}})
    assert options(since) == {"founded": "2020-01-31", "tolerance_minutes": 60.0}
    never = program.call("PATCH", "cleaning-rules/times", {"options": {"founded": None}})
    assert options(never)["founded"] is None


@pytest.mark.parametrize(
    ("key", "body", "where"),
    [
        ("near", {"options": {"similarity": 0.2}}, "body.options.similarity"),
        ("near", {"options": {"days": "soon"}}, "body.options.days"),
        ("near", {"options": {"days": ["3", "4"]}}, "body.options.days"),
        ("near", {"options": {"least": None}}, "body.options.least"),
        ("near", {"options": {"words": ["x"]}}, "body.options.words"),
        ("near", {"options": {"active": 1}}, "body.options.active"),
        ("trial", {"options": {"words": []}}, "body.options.words"),
        ("times", {"options": {"founded": 7}}, "body.options.founded"),
        ("near", {"days": 3}, "body.days"),
    ],
)
def test_a_wrong_setting_is_refused(program: Program, key: str, body: dict[str, Any], where: str) -> None:
    answer = program.call("PATCH", f"cleaning-rules/{key}", body, status=422)
    assert [fault["where"] for fault in answer["fields"]] == [where]
    assert not RuleSetting.objects.exists()


def test_who_may_not_set_rules_is_told_so(
    program: Program, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    person = account_create(username="agent", password="a good Passw0rd", role="agent")
    stranger = Program(person, django_capture_on_commit_callbacks)
    for method, path in (("GET", ""), ("GET", "/near"), ("PATCH", "/near")):
        body = {"active": False} if method == "PATCH" else None
        stranger.call(method, f"cleaning-rules{path}", body, status=403)
        program.call(method, "cleaning-rules/nothing", body, status=404)
    assert not RuleSetting.objects.exists()


def test_the_page_shows_what_a_program_set(program: Program, client: Client) -> None:
    program.call("PATCH", "cleaning-rules/near", {"options": {"similarity": 0.91}})
    client.force_login(account_create(username="boss", password="a good Passw0rd", role="director"))
    assert 'value="0.91"' in client.get("/cleaning/rules/near/").content.decode()
