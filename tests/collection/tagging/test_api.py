"""Tags, their rules, tagging records and judging suggestions, for programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import factories
from tests.collection.test_import_api import Program
from tests.lake import world

from qualityloop.collection.tagging.models import Learning, Origin, Suggestion, Tag, Tagging, TagRefusal, TagRule
from qualityloop.feedback.models import Complaint
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.api import metering
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.models import User

pytestmark = pytest.mark.django_db
BEYOND = 10**15  # no such row


@pytest.fixture
def keeper(tmp_path: Path, settings: Any) -> User:
    settings.QUALITYLOOP_HOME = tmp_path
    metering.forget()
    return account_create(username="keeper", password="a good Passw0rd", role="qc", name="林岚")


@pytest.fixture
def program(keeper: User, django_capture_on_commit_callbacks: Callable[..., Any]) -> Program:
    return Program(keeper, django_capture_on_commit_callbacks)


@pytest.fixture
def agent(keeper: User, django_capture_on_commit_callbacks: Callable[..., Any]) -> Program:
    """May tag, but keeps no tags and sees only the own records."""
    person = account_create(username="agent", password="a good Passw0rd", role="agent")
    return Program(person, django_capture_on_commit_callbacks)


@pytest.fixture
def customer(keeper: User, django_capture_on_commit_callbacks: Callable[..., Any]) -> Program:
    """May not even tag."""
    person = account_create(username="customer", password="a good Passw0rd", role="customer")
    return Program(person, django_capture_on_commit_callbacks)


def last() -> AuditEntry:
    return AuditEntry.objects.latest("sequence")


def suggested(one: Complaint, tag: Tag, score: float) -> Suggestion:
    learning, _made = Learning.objects.get_or_create(version="v1", target=0.9, texts=60)
    return Suggestion.objects.create(
        dataset="complaints", record_id=one.pk, number=one.number, tag=tag, score=score, learning=learning
    )


def test_a_tag_is_added_and_changed(program: Program, keeper: User) -> None:
    made = program.call("POST", "tags", {"name": "parts missing", "description": "no spare part"}, status=201)
    assert (made["active"], made["rules"], made["by_hand"], made["measured"]) == (True, [], 0, None)
    assert (last().action, last().actor_id) == ("tag.saved", keeper.pk)
    changed = program.call("PATCH", f"tags/{made['id']}", {"active": False})
    assert (changed["name"], changed["description"], changed["active"]) == ("parts missing", "no spare part", False)
    assert program.call("GET", f"tags/{made['id']}") == changed
    assert changed in program.call("GET", "tags")
    assert AuditEntry.objects.filter(action="tag.saved", record_id=str(made["id"])).count() == 2
    page = Client()
    page.force_login(keeper)
    assert "parts missing" in page.get(reverse("tagging:tags")).content.decode()


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"name": "响应超时"}, "body.name"),
        ({"name": " "}, "body.name"),
        ({"name": "x" * 51}, "body.name"),
        ({"name": "x", "description": "x" * 1001}, "body.description"),
        ({"name": "x", "colour": "red"}, "body.colour"),
    ],
)
def test_a_wrong_tag_is_refused(program: Program, body: dict[str, Any], where: str) -> None:
    before = Tag.objects.count()
    answer = program.call("POST", "tags", body, status=422)
    assert [fault["where"] for fault in answer["fields"]] == [where]
    assert Tag.objects.count() == before


def test_a_rule_is_tried_added_changed_and_removed(program: Program) -> None:
    TagRule.objects.all().delete()
    late = world.ticket("T1", subject="半夜没人理")
    world.ticket("T2", 1, subject="打印机卡纸")
    world.up_to_date()
    tag, said = Tag.objects.get(name="响应超时"), "contains(subject, '没人理')"
    tried = program.call("POST", "tag-rules/try", {"dataset": "tickets", "condition": said})
    assert (tried["count"], tried["total"], tried["share"]) == (1, 2, 0.5)
    assert "没人理" in tried["explained"]
    heads = [column["key"] for column in tried["columns"]]
    [row] = tried["rows"]
    assert row[heads.index("subject")] == "半夜没人理"
    assert row[heads.index("created_at")].endswith(("Z", "+00:00"))
    assert not TagRule.objects.exists()
    made = program.call("POST", "tag-rules", {"tag": tag.pk, "dataset": "tickets", "condition": said}, status=201)
    assert (made["tag"], made["dataset"], made["condition"], made["active"]) == (tag.pk, "tickets", said, True)
    assert [one.record_id for one in Tagging.objects.filter(tag=tag)] == [late.pk]  # by the job that was asked for
    address = f"tag-rules/{made['id']}"
    changed = program.call("PATCH", address, {"condition": "contains(subject, '卡纸')"})
    assert (changed["tag"], changed["dataset"]) == (tag.pk, "tickets")
    assert Tagging.objects.get().number == "T2"
    assert program.call("GET", address) == changed
    assert program.call("GET", "tag-rules") == [changed] == program.call("GET", f"tags/{tag.pk}")["rules"]
    program.call("DELETE", address, status=204)
    assert not TagRule.objects.exists()
    assert not Tagging.objects.exists()
    entries = AuditEntry.objects.filter(record_id=str(made["id"]), action__startswith="tag.rule_").order_by("sequence")
    assert [entry.action for entry in entries] == ["tag.rule_saved", "tag.rule_saved", "tag.rule_removed"]


def test_without_numbers_a_condition_is_explained_only(program: Program) -> None:
    world.emptied()
    tried = program.call("POST", "tag-rules/try", {"dataset": "reviews", "condition": "contains(text, 'slow')"})
    assert (tried["count"], tried["share"], tried["rows"]) == (None, None, [])
    assert "slow" in tried["explained"]
    known = {one["dataset"]: one for one in program.call("GET", "tag-rules/columns")}
    assert "text" in [column["key"] for column in known["reviews"]["columns"]]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"dataset": "agents"}, "body.dataset"),
        ({"condition": "subject ="}, "body.condition"),
        ({"condition": "nothing_such = 1"}, "body.condition"),
        ({"condition": "x" * 2001}, "body.condition"),
    ],
)
def test_a_wrong_rule_is_neither_tried_nor_kept(program: Program, body: dict[str, Any], where: str) -> None:
    before = TagRule.objects.count()
    rule = {"dataset": "tickets", "condition": "reopened > 0", **body}
    tag = Tag.objects.all()[0].pk
    for path, sent in (("tag-rules/try", rule), ("tag-rules", {**rule, "tag": tag})):
        answer = program.call("POST", path, sent, status=422)
        assert [fault["where"] for fault in answer["fields"]] == [where]
    assert TagRule.objects.count() == before
    answer = program.call("POST", "tag-rules", {"dataset": "tickets", "condition": "reopened > 0", "tag": BEYOND}, 422)
    assert [fault["where"] for fault in answer["fields"]] == ["body.tag"]


def test_a_record_is_given_a_tag_and_loses_it(program: Program, agent: Program) -> None:
    one, tag = factories.a_complaint(), Tag.objects.get(name="响应超时")
    address = f"tags/records/complaints/{one.pk}"
    assert program.call("GET", address)["given"] == []
    for _twice in range(2):
        given = program.call("PUT", f"{address}/{tag.pk}")
        assert given["given"] == [{"tag": tag.pk, "name": "响应超时", "origin": "hand", "by": "keeper"}]
        assert tag.pk in [offered["id"] for offered in given["offered"]]
    for method, path in (("GET", address), ("PUT", f"{address}/{tag.pk}"), ("DELETE", f"{address}/{tag.pk}")):
        agent.call(method, path, status=404)  # sees only the own
    assert Tagging.objects.count() == 1
    [listed] = program.call("GET", f"tagged-records?tag={tag.pk}")["items"]
    assert (listed["number"], listed["tag"], listed["dataset"]) == (one.number, "响应超时", "complaints")
    for _twice in range(2):
        assert program.call("DELETE", f"{address}/{tag.pk}")["given"] == []
    assert TagRefusal.objects.get().record_id == one.pk
    said = AuditEntry.objects.filter(record_id=str(one.pk), action__startswith="tag.").order_by("sequence")
    assert [entry.action for entry in said] == ["tag.given", "tag.taken"]  # once each


def test_a_suggestion_counts_as_accepted_and_a_tag_out_of_use_is_not_given(program: Program) -> None:
    one, tag = factories.a_complaint(), Tag.objects.get(name="响应超时")
    found = suggested(one, tag, 0.9)
    address = f"tags/records/complaints/{one.pk}"
    [likely] = program.call("GET", address)["suggested"]
    assert (likely["suggestion"], likely["tag"], likely["score"]) == (found.pk, tag.pk, 0.9)
    given = program.call("PUT", f"{address}/{tag.pk}")
    assert ([one["origin"] for one in given["given"]], given["suggested"]) == (["accepted"], [])
    Tag.objects.filter(pk=tag.pk).update(active=False)
    assert program.call("DELETE", f"{address}/{tag.pk}")["given"] == []
    program.call("PUT", f"{address}/{tag.pk}", status=404)
    for path in (f"complaints/{BEYOND}", f"agents/{one.pk}"):
        program.call("GET", f"tags/records/{path}", status=404)
        program.call("PUT", f"tags/records/{path}/{tag.pk}", status=404)
    assert not Tagging.objects.exists()


def test_suggestions_are_listed_and_judged(program: Program, agent: Program) -> None:
    tag = Tag.objects.get(name="响应超时")
    some = [factories.a_complaint(text=f"没人理 {number}") for number in range(3)]
    waiting = [suggested(one, tag, 0.7 + number / 10) for number, one in enumerate(some)]
    first = program.call("GET", "tag-suggestions?limit=2")
    assert [one["id"] for one in first["items"]] == [waiting[2].pk, waiting[1].pk]  # the likeliest first
    assert (first["items"][0]["text"], first["items"][0]["record"]) == ("没人理 2", some[2].pk)
    rest = program.call("GET", f"tag-suggestions?limit=2&after={first['next']}")
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([waiting[0].pk], None)
    assert agent.call("GET", "tag-suggestions")["items"] == []
    agent.call("POST", f"tag-suggestions/{waiting[0].pk}/judge", {"verdict": "accept"}, status=404)
    program.call("POST", f"tag-suggestions/{waiting[0].pk}/judge", {"verdict": "perhaps"}, status=422)
    assert Suggestion.objects.count() == 3
    done = program.call("POST", f"tag-suggestions/{waiting[0].pk}/judge", {"verdict": "accept"})
    assert (done["record"], [one["origin"] for one in done["given"]]) == (some[0].pk, ["accepted"])
    assert last().action == "tag.accepted"
    done = program.call("POST", f"tag-suggestions/{waiting[1].pk}/judge", {"verdict": "reject"})
    assert (done["record"], done["given"], done["suggested"]) == (some[1].pk, [], [])
    assert last().action == "tag.rejected"
    assert Tagging.objects.get().origin == Origin.ACCEPTED
    assert TagRefusal.objects.get().record_id == some[1].pk
    assert Suggestion.objects.get().pk == waiting[2].pk
    program.call("POST", f"tag-suggestions/{waiting[0].pk}/judge", {"verdict": "accept"}, status=404)


def test_learning_is_asked_for(program: Program) -> None:
    nothing = program.call("GET", "tag-suggestions/learning")
    assert nothing == dict.fromkeys(("version", "at", "texts", "target", "job"))
    asked = program.call("POST", "tag-suggestions/learning")["job"]
    run = JobRun.objects.get(pk=asked)
    assert (run.key, run.state) == ("tagging.learn", "done")
    known = program.call("GET", "tag-suggestions/learning")
    assert (known["version"], known["texts"], known["job"]) == (Learning.objects.get().version, 0, None)


def test_who_may_not_is_told_so(program: Program, agent: Program, customer: Program) -> None:
    tag, rule = Tag.objects.all()[0], TagRule.objects.all()[0]
    one = {"tag": tag.pk, "dataset": "tickets", "condition": "reopened > 0"}
    keeping: list[tuple[str, str, Any]] = [
        ("GET", "tags", None), ("POST", "tags", {"name": "x"}), ("GET", f"tags/{tag.pk}", None),
        ("PATCH", f"tags/{tag.pk}", {"name": "x"}), ("GET", "tag-rules", None), ("POST", "tag-rules", one),
        ("GET", f"tag-rules/{rule.pk}", None), ("PATCH", f"tag-rules/{rule.pk}", {"active": False}),
        ("DELETE", f"tag-rules/{rule.pk}", None), ("GET", "tag-rules/columns", None),
        ("POST", "tag-rules/try", {"dataset": "tickets", "condition": "reopened > 0"}),
        ("GET", "tag-suggestions/learning", None), ("POST", "tag-suggestions/learning", None),
    ]  # fmt: skip
    tagging: list[tuple[str, str, Any]] = [
        ("GET", "tags/records/tickets/1", None), ("PUT", f"tags/records/tickets/1/{tag.pk}", None),
        ("DELETE", f"tags/records/tickets/1/{tag.pk}", None), ("GET", "tag-suggestions", None),
        ("POST", "tag-suggestions/1/judge", {"verdict": "accept"}),
    ]  # fmt: skip
    for method, path, body in keeping:
        agent.call(method, path, body, status=403)
    for method, path, body in tagging:
        customer.call(method, path, body, status=403)
    for method, path in (("GET", "tags"), ("PATCH", "tags"), ("GET", "tag-rules"), ("PATCH", "tag-rules"),
                         ("DELETE", "tag-rules")):  # fmt: skip
        program.call(method, f"{path}/{BEYOND}", {} if method == "PATCH" else None, status=404)
    assert TagRule.objects.get(pk=rule.pk).active
    assert not Tag.objects.filter(name="x").exists()


def test_how_often_each_tag_was_given(program: Program, customer: Program) -> None:
    late, rude, _unused = (Tag.objects.get_or_create(name=name)[0] for name in ("响应超时", "态度生硬", "从未用过"))
    for number, (tag, month) in enumerate([(late, "2026-08"), (late, "2026-09"), (late, "2026-09"), (rude, "2026-09")]):
        dataset = "tickets" if number == 3 else "complaints"
        Tagging.objects.create(tag=tag, dataset=dataset, record_id=number, month=month, origin=Origin.values[0])
    found = program.call("GET", "tags/statistics")
    assert found["months"] == ["2026-08", "2026-09"]
    assert [(one["name"], one["by_month"], one["records"], one["cumulative"]) for one in found["tags"]] == [
        ("响应超时", [1, 2], 3, 0.75), ("态度生硬", [0, 1], 1, 1.0),
    ]  # fmt: skip
    only = program.call("GET", "tags/statistics?dataset=tickets")
    assert [one["name"] for one in only["tags"]] == ["态度生硬"]
    program.call("GET", "tags/statistics?dataset=nothing", status=404)
    customer.call("GET", "tags/statistics", status=403)
