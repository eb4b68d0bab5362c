"""Runs of the rules over the database: what is set aside leaves the numbers, what is taken back is there again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from tests.factories import MONDAY, a_complaint, a_customer, a_ticket
from tests.lake import world

from qualityloop.analysis.cleaning import Entry, ExactRule, NearRule, Rules, TrialRule, sweep
from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection.cleaning import reading, running, services
from qualityloop.collection.cleaning.models import CleaningState, Finding, FindingState, RuleSetting
from qualityloop.collection.cleaning.running import clean
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.models import User
from qualityloop.foundation.records.models import Aside, Deletion
from qualityloop.operations.models import Ticket

TEXT = "昨天下午报修的打印机到现在还没有人来处理"


@pytest.fixture
def director(home: Path) -> User:
    for model in (Finding, Aside, CleaningState, RuleSetting):
        model._default_manager.all().delete()
    found = User.objects.filter(username="cleaner").first()
    return found or account_create(username="cleaner", password="a good Passw0rd", role="director")


def caught() -> list[tuple[str, str, str]]:
    standing = Finding.objects.filter(state=FindingState.ASIDE)
    return sorted(standing.values_list("number", "rule", "other_number"))


def some_records() -> list[Ticket]:
    """王女士 reports three times and calls to test; 李先生 writes the same as she."""
    wang, li = a_customer(), a_customer(name="李先生")
    rows = [
        a_ticket(number="C1", customer=wang, subject=TEXT),
        a_ticket(number="C2", customer=wang, subject=TEXT + "！", created_at=MONDAY + timedelta(days=1)),
        a_ticket(number="C3", customer=wang, subject=TEXT + "呀", created_at=MONDAY + timedelta(days=2)),
        a_ticket(number="C4", customer=wang, subject="测试", created_at=MONDAY + timedelta(days=3)),
        a_ticket(number="C5", customer=li, subject=TEXT),
        a_ticket(number="C6", customer=None, subject=TEXT, resolved_at=MONDAY - timedelta(days=1)),
        a_ticket(number="C7", customer=None, subject=TEXT),
    ]
    for number, ticket in enumerate(rows):
        world.event(ticket, 1, "受理")
        world.event(ticket, 2, "解决", at=world.BEGIN + timedelta(hours=number))
    a_complaint(number="K1", customer=wang, text=TEXT)
    a_complaint(number="K2", customer=wang, text=TEXT, received_at=MONDAY + timedelta(days=1))
    return rows


SHOULD = [("C2", "exact", "C1"), ("C3", "near", "C1"), ("C4", "trial", ""), ("C6", "times", ""), ("K2", "exact", "K1")]


def test_set_aside_and_gone_from_the_numbers_with_their_events(director: User) -> None:
    some_records()
    world.up_to_date()
    assert [len(world.shown()[name]) for name in ("tickets", "ticket_events", "complaints")] == [7, 14, 2]
    first = clean()
    assert (first.seen, first.aside, first.back, first.everything) == (9, 5, 0, True)
    assert caught() == SHOULD
    near = Finding.objects.get(number="C3")
    assert near.evidence == {"similarity": round(19 / 20, 4)}  # 20 characters, 19 pairs; the longer one has 20
    done = world.up_to_date()
    assert not done.rebuilt
    shown = world.shown()
    assert [row[0] for row in shown["tickets"]] == ["C1", "C5", "C7"]
    assert sorted({row[0] for row in shown["ticket_events"]}) == ["C1", "C5", "C7"]
    assert [row[0] for row in shown["complaints"]] == ["K1"]
    assert shown == world.held()
    entry = AuditEntry.objects.filter(action="cleaning.cleaned").latest("sequence")
    assert '"K2"' in entry.after_json


def test_a_second_run_changes_nothing(director: User) -> None:
    some_records()
    clean()
    counts = (Deletion.objects.count(), AuditEntry.objects.count(), list(Finding.objects.order_by("pk").values()))
    again = clean()
    assert (again.aside, again.back, again.everything) == (0, 0, False)
    CleaningState.objects.update(mark=None)
    third = clean()
    assert (third.seen, third.aside, third.back, third.everything) == (9, 0, 0, True)
    assert counts == (
        Deletion.objects.count(), AuditEntry.objects.count(), list(Finding.objects.order_by("pk").values()),
    )  # fmt: skip


def test_taken_back_it_counts_and_is_not_caught_again(director: User) -> None:
    some_records()
    clean()
    world.up_to_date()
    found = Finding.objects.get(number="C4")
    with pytest.raises(AnalysisError):
        services.finding_take_back(actor=director, finding=found, reason="  ")
    services.finding_take_back(actor=director, finding=found, reason="确实要求测试打印机")
    clean()
    CleaningState.objects.update(mark=None)
    clean()
    world.up_to_date()
    assert "C4" in [row[0] for row in world.shown()["tickets"]]
    assert ("C4", "trial", "") not in caught()
    entry = AuditEntry.objects.filter(action="cleaning.taken_back").latest("sequence")
    assert (entry.actor_id, entry.reason) == (director.pk, "确实要求测试打印机")
    with pytest.raises(AnalysisError):
        services.finding_take_back(actor=director, finding=found, reason="again")
    services.finding_set_aside(actor=director, finding=found, reason="doch ein Test")
    clean()
    assert caught() == SHOULD
    world.up_to_date()
    assert "C4" not in [row[0] for row in world.shown()["tickets"]]


def test_what_was_taken_back_is_what_others_are_copies_of(director: User) -> None:
    wang = a_customer()
    for day in (1, 2, 3):
        a_ticket(number=f"D{day}", customer=wang, subject=TEXT, created_at=MONDAY + timedelta(days=day))
    clean()
    assert caught() == [("D2", "exact", "D1"), ("D3", "exact", "D1")]
    services.finding_take_back(actor=director, finding=Finding.objects.get(number="D2"), reason="等了一天，再次报修")
    assert not clean().everything
    assert caught() == [("D3", "exact", "D2")]


def test_the_original_goes_and_its_copy_counts(director: User) -> None:
    wang = a_customer()
    first = a_ticket(number="D1", customer=wang, subject=TEXT)
    a_ticket(number="D2", customer=wang, subject=TEXT, created_at=MONDAY + timedelta(days=1))
    clean()
    world.up_to_date()
    CleaningState.objects.update(mark=MONDAY + timedelta(days=3650))  # nothing has changed since, but something is gone
    world.delete(first)
    clean()
    assert caught() == []
    world.up_to_date()
    assert [row[0] for row in world.shown()["tickets"]] == ["D2"]


def test_rules_that_are_set_differently(director: User) -> None:
    some_records()
    clean()
    services.rule_save(actor=director, key="exact", active=False, options={"days": 7.0, "least": 6})
    clean()
    assert caught() == [("C3", "near", "C1"), ("C4", "trial", ""), ("C6", "times", "")]
    options = {"words": ["试一试"], "around": [], "customers": ["李先生"]}
    services.rule_save(actor=director, key="trial", active=True, options=options)
    clean()
    assert caught() == [("C3", "near", "C1"), ("C5", "trial", ""), ("C6", "times", "")]
    services.rule_save(actor=director, key="times", active=True, options={"founded": "2030-01-01",
                                                                          "tolerance_minutes": 0.0})  # fmt: skip
    clean()
    assert {rule for _number, rule, _other in caught()} == {"times"}
    assert len(caught()) == 9


def test_numbers_after_setting_aside_and_taking_back_are_as_before(director: User) -> None:
    some_records()
    world.up_to_date()
    before = world.shown()
    clean()
    world.up_to_date()
    assert world.shown() != before
    while found := Finding.objects.filter(state=FindingState.ASIDE).first():
        services.finding_take_back(actor=director, finding=found, reason="全部取回")
        clean()
    world.up_to_date()
    assert world.shown() == before


def names_of(customer: Any) -> tuple[str, ...]:
    return (customer.number, customer.name) if customer else ()


def entries_of(rows: list[Ticket]) -> list[Entry]:
    """The tickets as the rules see them, made another way."""
    found = [
        Entry(ticket.pk, ticket.created_at, ticket.customer_id, (ticket.subject,), {}, names_of(ticket.customer))
        for ticket in rows
    ]
    return sorted(found, key=lambda e: (e.at, e.pk))


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["new", "change", "move", "gone", "back", "aside", "rule"]),
        st.integers(0, 1000), st.integers(0, 6),
        st.sampled_from([TEXT, TEXT + "呀", TEXT[:-1], "测试", *(f"打印机 {n} 号卡纸了没有人管" for n in (12, 13))]),
    ),
    min_size=4, max_size=10,
)  # fmt: skip


@hypothesis_settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_a_small_run_ends_as_a_whole_one_and_the_lake_shows_what_counts(
    director: User, settings: Any, tmp_path: Path, steps: list[tuple[str, int, int, str]]
) -> None:
    """After any changes: exactly what the rules say of all records at once, customer by customer, is set aside."""
    for model in (Finding, Aside, CleaningState, RuleSetting):
        model._default_manager.all().delete()
    world.emptied()
    settings.QUALITYLOOP_HOME = tmp_path / f"run-{len(list(tmp_path.iterdir()))}"
    people = [a_customer(), a_customer(), None]
    a_ticket(customer=people[0], subject=TEXT)
    similarity = 0.85
    clean()
    world.up_to_date()
    for what, which, day, text in steps:
        rows = list(Ticket.objects.order_by("pk"))
        one = rows[which % len(rows)] if rows else None
        at = MONDAY + timedelta(days=day)
        if what == "new" or one is None:
            a_ticket(customer=people[which % 3], subject=text, created_at=at)
        elif what == "change":
            world.change(one, subject=text, created_at=at)
        elif what == "move":
            world.change(one, customer=people[which % 3])
        elif what == "gone":
            world.delete(one)
        elif what == "rule":
            similarity = [0.5, 0.85, 0.95][which % 3]
            options = {"days": 3.0, "similarity": similarity, "least": 10}
            services.rule_save(actor=director, key="near", active=True, options=options)
        else:
            state = FindingState.ASIDE if what == "back" else FindingState.TAKEN_BACK
            found = list(Finding.objects.filter(state=state).order_by("pk"))
            if found:
                act = services.finding_take_back if what == "back" else services.finding_set_aside
                act(actor=director, finding=found[which % len(found)], reason="…")
        clean()
    living = list(Ticket.objects.select_related("customer").order_by("pk"))
    taken = set(Finding.objects.filter(state=FindingState.TAKEN_BACK).values_list("record_id", "rule"))
    rules = Rules(trial=TrialRule(), exact=ExactRule(), near=NearRule(similarity=similarity))
    wanted = set()
    for customer in {t.customer_id for t in living}:
        wanted |= {
            (f.pk, f.rule, f.other)
            for f in sweep(entries_of([t for t in living if t.customer_id == customer]), rules, taken)
        }
    standing = Finding.objects.filter(state=FindingState.ASIDE)
    assert set(standing.values_list("record_id", "rule", "other_id")) == wanted
    assert set(Aside.objects.values_list("record_id", flat=True)) == {pk for pk, _rule, _other in wanted}
    world.up_to_date()
    assert world.shown() == world.held()
    assert {row[0] for row in world.shown()["tickets"]} == {
        t.number for t in living if t.pk not in {pk for pk, _rule, _other in wanted}
    }


def test_blocks_cut_anywhere_end_alike(director: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for person in range(7):
        customer = a_customer() if person else None
        for n in range(person + 2):
            at = MONDAY + timedelta(days=n / 2)
            a_ticket(customer=customer, subject=TEXT + "呀" * (n % 2), created_at=at)
    clean()
    whole = sorted(Finding.objects.values_list("record_id", "rule", "other_id"))
    assert whole
    for size in (1, 2, 3):
        monkeypatch.setattr(reading, "AT_ONCE", size)
        monkeypatch.setattr(reading, "IN_ONE_QUERY", size)
        monkeypatch.setattr(reading, "CHUNK", size)
        monkeypatch.setattr(running, "AT_ONCE", size)
        CleaningState.objects.update(mark=None)
        assert not clean().changed
        Finding.objects.all().delete()
        Aside.objects.all().delete()
        CleaningState.objects.update(mark=None)
        clean()
        assert sorted(Finding.objects.values_list("record_id", "rule", "other_id")) == whole
