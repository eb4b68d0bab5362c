"""Tagging on the pages of records, and the pages of tags and rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import factories
from tests.lake import world

from qualityloop.analysis.datasets import DATASETS
from qualityloop.collection.subjects import SUBJECTS
from qualityloop.collection.tagging.applying import apply_rules
from qualityloop.collection.tagging.models import Tag, Tagging, TagRule
from qualityloop.collection.tagging.queries import statistics
from qualityloop.collection.tagging.rules import checked
from qualityloop.foundation.lake.reading import current_lake

pytestmark = pytest.mark.django_db
MAKE: dict[str, Callable[..., Any]] = {
    "tickets": factories.a_ticket, "complaints": factories.a_complaint, "reviews": factories.a_review,
    "survey_responses": factories.a_survey_response,
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    settings.QUALITYLOOP_HOME = tmp_path
    return tmp_path


@pytest.mark.parametrize("dataset", SUBJECTS)
def test_a_tag_is_given_and_taken_on_the_page_of_each_kind_of_record(
    dataset: str, signed_in: Callable[..., Client]
) -> None:
    one, client = MAKE[dataset](), signed_in("qc")
    page, url = SUBJECTS[dataset].url(one.pk), reverse("tagging:toggle", args=[dataset, one.pk])
    tag = Tag.objects.get(name="响应超时")
    assert 'data-tag-key="1"' in client.get(page).content.decode()
    answer = client.post(url, {"tag": tag.pk}, headers={"HX-Request": "true"}).content.decode()
    assert "人工 · 林岚" in answer
    assert 'aria-pressed="true"' in answer
    shown = client.get(page).content.decode()
    assert "打上标签" in shown  # in the history
    client.post(url, {"name": "响应超时"})
    assert not Tagging.objects.exists()
    assert "没有唯一的标签" in client.post(url, {"name": "没有这个"}, headers={"HX-Request": "true"}).content.decode()
    assert signed_in("agent").post(url, {"tag": tag.pk}).status_code == 404  # sees only the own


def test_a_rule_is_tried_saved_applied_and_counted(
    signed_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    TagRule.objects.all().delete()
    late = world.ticket("T1", subject="半夜没人理")
    world.ticket("T2", 1, subject="打印机卡纸")
    world.up_to_date()
    client, tag = signed_in("qc"), Tag.objects.get(name="响应超时")
    rule = {"tag": tag.pk, "dataset": "tickets", "condition": "contains(subject, '没人理')", "active": "on"}
    tried = client.post(reverse("tagging:rule_try"), rule).content.decode()
    assert "含有“没人理”" in tried
    assert "条，共 2 条记录（50" in tried
    assert "T1" in tried
    assert "T2" not in tried
    wrong = client.post(reverse("tagging:rule_new"), {**rule, "condition": "subject ="})
    assert wrong.status_code == 422
    assert client.post(reverse("tagging:rule_new"), rule).status_code == 302
    lake = current_lake()
    assert lake is not None
    apply_rules(lake)
    assert Tagging.objects.get().record_id == late.pk
    assert [(row[0].name, row[1], row[2]) for row in statistics().rows] == [("响应超时", [1], 1)]
    for page in ("tagging:tags", "tagging:statistics", "tagging:tagged", "tagging:rule_new"):
        with django_assert_max_num_queries(20):
            assert "响应超时" in client.get(reverse(page)).content.decode()
    made = TagRule.objects.get()
    assert "半夜没人理" in client.get(reverse("tagging:rule", args=[made.pk])).content.decode()
    assert client.post(reverse("tagging:rule_remove", args=[made.pk])).status_code == 302
    apply_rules(lake)
    assert not Tagging.objects.exists()


def test_shipped_rules_are_conditions_on_columns_that_records_have() -> None:
    assert TagRule.objects.count() == 21
    for rule in TagRule.objects.all():
        condition = checked(rule.condition, rule.dataset)
        assert condition.explain("zh")
        contract = DATASETS[rule.dataset]
        assert condition.columns <= {c.name for c in (*contract.columns, *contract.derived)}
