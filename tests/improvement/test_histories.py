"""The history of a record that has parts: columns, states and values of the parts in words, nothing raw."""

from __future__ import annotations

import json
import re
from datetime import date, datetime

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.audit.presentation import lines
from qualityloop.foundation.panels import Fact

pytestmark = pytest.mark.django_db


def said(model: str, before: object, after: object) -> list[tuple[str, str | None, str | None]]:
    entry = AuditEntry(model=model, before_json=json.dumps(before), after_json=json.dumps(after))
    with translation.override("zh-hans"):
        (line,) = lines([entry])
    return [(change.label, change.before, change.after) for change in line.changes]


def test_the_columns_of_a_part_have_their_labels() -> None:
    risk = {"title": "误判", "severity": 7, "likelihood_after": 2, "precaution": "复核", "group": [], "side": "above"}
    assert said("improvement_risks.launchplan", None, risk) == [
        ("风险", None, "误判"), ("严重度（1–10）", None, "7"), ("措施后可能性", None, "2"),
        ("预防措施", None, "复核"), ("预警方向", None, "高于"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (
            "improvement_plans.plan",
            {
                "title": "预约", "action": "打电话", "risks": [["没人接", "发短信"]], "group": [["team", "华南"]],
                "untouched": [], "account": {}, "direction": "down", "method": "did", "amount": 16.0,
                "baseline_from": "2025-11-01", "cause_key": "n7",
            },
        ),
        ("improvement_audits.round", {"answer": "conforms", "fine": 10, "looked": 10, "text": "不推责"}),
        ("improvement_risks.launchplan", {"detection": 6, "consequence": "多等", "indicator": "", "threshold": 0.08}),
    ],
)  # fmt: skip
def test_no_key_of_a_column_is_shown(model: str, values: dict[str, object]) -> None:
    shown = said(model, None, values)
    assert len(shown) >= len(values) - 3
    for label, _before, after in shown:
        assert not re.fullmatch(r"[a-z_]+", label), label
        assert after
        assert not re.search(r"[\[\]{}]|^(did|down|conforms)$", after), after


def test_a_state_under_the_title_of_a_part_is_a_word() -> None:
    assert said("improvement_plans.plan", {"预约": "waiting"}, {"预约": "done"}) == [("预约", "未开始", "已完成")]


def test_numbers_have_no_digits_that_mean_nothing() -> None:
    assert said("improvement_effects.evaluation", None, {"value": -0.07932807878087456})[0][2] == "-0.07933"


def test_a_day_among_the_facts_has_no_hour_and_a_moment_has_one() -> None:
    facts = [Fact("Begin", date(2026, 6, 15)), Fact("Midnight", datetime(2026, 6, 15, 0, 0)), Fact("None", "–")]
    text = render_to_string("foundation/facts.html", {"facts": facts})
    assert re.findall(r">(2026[^<]*)</time>", text) == ["2026-06-15", "2026-06-15 00:00"]
