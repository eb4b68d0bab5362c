"""Suggestions are learned from people's tags, wait for a person, and never tag anything."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import factories

from qualityloop.collection.tagging import services
from qualityloop.collection.tagging.models import Learning, Origin, Suggestion, Tag, Tagging, TagRefusal
from qualityloop.collection.tagging.suggesting import examples, folder_of, learn_anew, suggest
from qualityloop.feedback.models import Complaint
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User

pytestmark = pytest.mark.django_db
LATE = ("半夜没人理", "等了三天没人理我", "消息发过去没人理")
RUDE = ("师傅态度很差", "客服态度敷衍", "态度不耐烦")


@pytest.fixture
def actor(tmp_path: Path, settings: Any) -> User:
    settings.QUALITYLOOP_HOME = tmp_path
    return account_create(username="lan", password="a good Passw0rd", role="qc")


def complaint(text: str) -> Complaint:
    return factories.a_complaint(text=text, customer=None, ticket=None, team=None, agent=None)


def taught(actor: User, count: int) -> tuple[Tag, Tag]:
    """`count` complaints about each of two problems, tagged by hand."""
    late, rude = Tag.objects.get(name="响应超时"), Tag.objects.get(name="服务态度")
    for number, (words, tag) in itertools.product(range(count), ((LATE, late), (RUDE, rude))):
        one = complaint(f"第{number}次，{words[number % 3]}")
        services.tag_toggle(actor=actor, subject=one, tag=tag)
    return late, rude


def test_suggested_judged_and_never_silently(actor: User) -> None:
    late, _rude = taught(actor, 35)
    first, second, odd = complaint("又是半夜没人理"), complaint("问了半天没人理"), complaint("发票抬头写错了")
    before = Tagging.objects.count()
    learning = learn_anew(actor=actor)
    assert Tagging.objects.count() == before
    assert learning.measured[str(late.pk)]["state"] == "ready"
    assert learning.measured[str(late.pk)]["positives"] == 35
    assert {(one.record_id, one.tag_id) for one in Suggestion.objects.all()} == {
        (first.pk, late.pk), (second.pk, late.pk),
    }  # fmt: skip
    assert not Suggestion.objects.filter(record_id=odd.pk).exists()
    services.suggestion_judge(actor=actor, suggestion=Suggestion.objects.get(record_id=first.pk), accept=True)
    services.suggestion_judge(actor=actor, suggestion=Suggestion.objects.get(record_id=second.pk), accept=False)
    assert Tagging.objects.get(record_id=first.pk).origin == Origin.ACCEPTED
    assert not Tagging.objects.filter(record_id=second.pk).exists()
    assert TagRefusal.objects.get().record_id == second.pk
    learn_anew(actor=actor)
    assert not Suggestion.objects.exists()  # what was judged is not asked again
    said = AuditEntry.objects.filter(record_id__in=[first.pk, second.pk]).order_by("sequence")
    assert [entry.action for entry in said] == ["tag.accepted", "tag.rejected"]


def test_new_records_are_read_without_learning_anew(actor: User) -> None:
    taught(actor, 35)
    learning = learn_anew(actor=actor)
    assert suggest(Learning.objects.get()) == 0
    one = complaint("又是半夜没人理")
    assert suggest(Learning.objects.get()) == 1
    assert Suggestion.objects.get().record_id == one.pk
    assert (folder_of(learning.version) / "model.npz").is_file()


def test_too_few_examples_suggest_nothing(actor: User) -> None:
    late, _rude = taught(actor, 29)
    complaint("又是半夜没人理")
    learning = learn_anew(actor=actor)
    assert learning.measured[str(late.pk)]["state"] == "too_few"
    assert not Suggestion.objects.exists()


def test_what_rules_gave_and_nobody_judged_teaches_nothing(actor: User) -> None:
    late, rude = Tag.objects.get(name="响应超时"), Tag.objects.get(name="服务态度")
    one, unjudged = complaint("没人理，态度也差"), complaint("没人理")
    for record in (one, unjudged):
        Tagging.objects.create(
            dataset="complaints", record_id=record.pk, tag=late, number=record.number, month="2026-03", origin="rule"
        )
    services.tag_toggle(actor=actor, subject=one, tag=rude)
    taught_by = examples()
    assert taught_by.texts == ["没人理，态度也差"]
    assert (taught_by.said[str(rude.pk)][0], taught_by.said[str(late.pk)][0]) == (1, -1)


def test_the_queue_in_the_page(
    actor: User, signed_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    taught(actor, 35)
    one = complaint("又是半夜没人理")
    learn_anew(actor=actor)
    client = signed_in("qc")
    with django_assert_max_num_queries(16):
        page = client.get(reverse("tagging:suggestions")).content.decode()
    assert "又是半夜没人理" in page
    assert client.get(reverse("tagging:tags")).content.decode().count("给出建议") == 2
    found = Suggestion.objects.get()
    stranger = signed_in("agent")  # sees nobody's complaints but the own
    assert stranger.post(reverse("tagging:judge", args=[found.pk]), {"verdict": "accept"}).status_code == 404
    assert "又是半夜没人理" not in stranger.get(reverse("tagging:suggestions")).content.decode()
    assert client.post(reverse("tagging:judge", args=[found.pk]), {"verdict": "perhaps"}).status_code == 422
    client.post(reverse("tagging:judge", args=[found.pk]), {"verdict": "accept"})
    assert Tagging.objects.get(record_id=one.pk).origin == Origin.ACCEPTED
