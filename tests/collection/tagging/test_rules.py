"""Rules are applied to what the lake shows, on SQLite and PostgreSQL: once, again after changes, never over people."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests import factories
from tests.lake import world

from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection.tagging import services
from qualityloop.collection.tagging.applying import apply_rules
from qualityloop.collection.tagging.models import Origin, Tag, Tagging, TagRefusal, TagRule
from qualityloop.collection.tagging.rules import checked, tried
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.lake.reading import current_lake
from qualityloop.operations.models import Ticket


def minutes(ticket: Ticket, count: float) -> None:
    world.change(ticket, first_response_at=ticket.created_at + timedelta(minutes=count))


def applied() -> tuple[int, int, int]:
    world.up_to_date()
    lake = current_lake()
    assert lake is not None
    outcome = apply_rules(lake)
    return outcome.given, outcome.taken, outcome.months


def tagged() -> set[tuple[str, str, str]]:
    return {(one.number, one.tag.name, one.month) for one in Tagging.objects.select_related("tag")}


def late_rule(condition: str = "first_response_minutes > 15") -> TagRule:
    tag, _new = Tag.objects.get_or_create(name="响应超时")
    return TagRule.objects.create(tag=tag, dataset="tickets", condition=condition)


def test_rules_follow_the_records_and_themselves(home: Path) -> None:
    rule = late_rule()
    late, quick = world.ticket("T1"), world.ticket("T2", 1)
    minutes(late, 16)
    minutes(quick, 15)
    assert applied() == (1, 0, 2)
    assert tagged() == {("T1", "响应超时", "2026-01")}
    assert applied() == (0, 0, 0)  # nothing changed, nothing is read
    minutes(quick, 15.5)
    assert applied() == (1, 0, 1)  # only the month of the change
    minutes(late, 3)
    assert applied() == (0, 1, 1)
    assert tagged() == {("T2", "响应超时", "2026-02")}
    rule.condition = "first_response_minutes > 60"
    rule.save()
    assert applied() == (0, 1, 2)
    assert tagged() == set()


def test_a_record_that_moves_to_another_month_keeps_its_tag(home: Path) -> None:
    late_rule("subject = '慢'")
    one, other = world.ticket("T1", 3, subject="慢"), world.ticket("T2", 0, subject="慢")
    assert applied()[0] == 2
    world.change(one, created_at=world.BEGIN)
    world.change(other, created_at=world.BEGIN + 3 * world.MONTH)
    applied()
    assert tagged() == {("T1", "响应超时", "2026-01"), ("T2", "响应超时", "2026-04")}
    world.delete(one)
    applied()
    assert tagged() == {("T2", "响应超时", "2026-04")}


def test_a_person_has_the_last_word(home: Path) -> None:
    late_rule()
    ticket, praised = world.ticket("T1"), world.ticket("T2")
    minutes(ticket, 60)
    minutes(praised, 1)
    applied()
    tag = Tag.objects.get()
    actor = account_create(username="lan", password="a good Passw0rd", role="qc")
    assert services.tag_toggle(actor=actor, subject=ticket, tag=tag) is False
    assert services.tag_toggle(actor=actor, subject=praised, tag=tag) is True
    minutes(ticket, 90)
    minutes(praised, 2)
    applied()
    found = Tagging.objects.get()
    assert (found.number, found.origin, found.actor, found.month) == ("T2", Origin.HAND, actor, "2026-01")
    assert TagRefusal.objects.get().record_id == ticket.pk
    assert services.tag_toggle(actor=actor, subject=ticket, tag=tag) is True  # minds may change
    assert not TagRefusal.objects.exists()
    said = AuditEntry.objects.filter(model="operations.ticket").order_by("sequence")
    assert [entry.action for entry in said] == ["tag.taken", "tag.given", "tag.given"]
    assert said[0].before == {"tagging.tagging.tag": "响应超时"}


def test_two_rules_of_one_tag_and_one_that_cannot_be_asked(home: Path) -> None:
    late_rule()
    second = late_rule("contains(subject, '没人理')")
    late_rule("parts_cost > 5")  # no such column: left out, the others go on
    ticket = world.ticket("T1", subject="半夜没人理")
    minutes(ticket, 60)
    assert applied()[0] == 1
    services.rule_remove(actor=account_create(username="lan", password="a good Passw0rd", role="qc"), rule=second)
    applied()
    assert len(tagged()) == 1  # the other rule still gives it
    TagRule.objects.all().update(active=False)
    applied()
    assert tagged() == set()


def test_what_a_condition_finds_before_it_is_saved(home: Path) -> None:
    for number, text in enumerate(["等了三天没人理", "态度很好", "100%满意", ""]):
        factories.a_complaint(text=text, number=f"TS-{number}", customer=None, ticket=None, team=None, agent=None)
    world.up_to_date()
    lake = current_lake()
    assert lake is not None
    found = tried(lake, checked("contains(text, '没人理', '%')", "complaints"), ("text",))
    assert (found.count, found.total) == (2, 4)
    assert {row[found.columns.index("complaint_id")] for row in found.rows} == {"TS-0", "TS-2"}
    with pytest.raises(AnalysisError):
        checked("text = ", "complaints")
