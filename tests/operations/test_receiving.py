"""Deliveries and undos on real databases, beside an oracle of dictionaries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.messages import AnalysisError
from qualityloop.customers.models import Customer
from qualityloop.feedback.models import SurveyResponse
from qualityloop.foundation.audit.verifying import verify
from qualityloop.foundation.records.models import Batch, BatchState, Deletion, Prior
from qualityloop.foundation.records.receiving import Received, receive, undo
from qualityloop.operations.models import Annotation, Interaction, Message, Ticket, TicketEvent
from tests.databases import emptied
from tests.operations.delivery_oracle import EMPTY, Oracle, Row

pytestmark = pytest.mark.usefixtures("database")
AT = datetime(2026, 3, 2, 8, 30)
TYPES = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(),
         "instant": pa.timestamp("us")}  # fmt: skip


def table(dataset: str, rows: list[Row]) -> pa.Table:
    """Rows of a fact table, the columns that the first row has."""
    names = list(rows[0])
    types = [TYPES[DATASETS[dataset].column(name).type] for name in names]  # type: ignore[union-attr]
    return pa.table([pa.array([r[n] for r in rows], t) for n, t in zip(names, types, strict=True)], names=names)


def batch(label: str = "import") -> Batch:
    return Batch.objects.create(label=label)


def deliver(dataset: str, *rows: Row, source: str = "a", into: Batch | None = None) -> Received:
    return receive(dataset, table(dataset, list(rows)), source=source, batch=into or batch())


def ticket(key: str, **values: Any) -> Row:
    return {"ticket_id": key, "created_at": AT, **values}


# ---- any sequence -----------------------------------------------------------------------------------------

KEYS = st.sampled_from(["T1", "T2", "T3", "T1 (b)", "工单 4"])
VALUES: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "tickets": {
        "subject": st.sampled_from(["", "打印机卡纸", "slow"]),
        "contacts": st.sampled_from([None, 1, 2]),
        "escalated": st.sampled_from([None, True, False]),
        "customer": st.sampled_from([None, "C1", "C2"]),
        "team": st.sampled_from([None, "一线", "夜班"]),
    },
    "surveys": {
        "csat": st.sampled_from([None, 1, 5]),
        "comment": st.sampled_from(["", "很好"]),
        "ticket": st.one_of(st.just(""), KEYS),
    },
}


@st.composite
def rows_for(draw: st.DrawFn, dataset: str) -> list[Row]:
    """Rows with the same columns; those that are not needed may be missing."""
    if dataset == "events":
        line = st.fixed_dictionaries(
            {"key": KEYS, "seq": st.integers(1, 2), "activity": st.sampled_from(["派单", "解决"])}
        )
        return draw(st.lists(line, min_size=1, max_size=4))
    columns = draw(st.sets(st.sampled_from(sorted(VALUES[dataset]))))
    shape = {"key": KEYS, **{name: VALUES[dataset][name] for name in sorted(columns)}}
    return draw(st.lists(st.fixed_dictionaries(shape), min_size=1, max_size=4))


DELIVERY = st.sampled_from(["tickets", "tickets", "events", "surveys"]).flatmap(
    lambda dataset: st.tuples(st.just(dataset), st.sampled_from(["a", "b"]), st.integers(0, 1), rows_for(dataset))
)
STEPS = st.lists(st.one_of(DELIVERY, DELIVERY, st.tuples(st.just("undo"), st.integers(0, 5))), max_size=10)


def as_facts(dataset: str, row: Row) -> tuple[str, Row]:
    """A row of the oracle as a row of the fact table."""
    row = dict(row)
    key = row.pop("key")
    if dataset == "tickets":
        return "tickets", {"ticket_id": key, "created_at": AT, **row}
    if dataset == "events":
        return "ticket_events", {"ticket_id": key, "at": AT, **row}
    named = {("ticket_id" if name == "ticket" else name): value for name, value in row.items()}
    return "survey_responses", {"response_id": key, "answered_at": AT, **named}


def state_kept() -> dict[str, Any]:
    """What the database holds."""
    tickets = {
        (t.source, t.external_id): (
            t.number, t.batch_id,
            {"subject": t.subject, "contacts": t.contacts, "escalated": t.escalated,
             "customer": t.customer and t.customer.external_id, "team": t.team and t.team.name},
        )
        for t in Ticket.objects.select_related("customer", "team")
    }  # fmt: skip
    surveys = {
        (s.source, s.external_id): (
            s.number, s.batch_id, {"csat": s.csat, "comment": s.comment, "ticket": s.ticket_key},
            s.ticket and (s.ticket.source, s.ticket.external_id),
        )
        for s in SurveyResponse.objects.select_related("ticket")
    }  # fmt: skip
    events = {
        ((e.ticket.source, e.ticket.external_id), e.seq): ({"activity": e.activity}, e.batch_id)
        for e in TicketEvent.objects.select_related("ticket")
    }
    return {"tickets": tickets, "surveys": surveys, "events": events}


def state_expected(oracle: Oracle) -> dict[str, Any]:
    surveys = {
        name: (k.number, k.maker, k.values, oracle.ticket_meant(name[0], k.values["ticket"]))
        for name, k in oracle.records["surveys"].items()
    }
    tickets = {name: (k.number, k.maker, k.values) for name, k in oracle.records["tickets"].items()}
    return {"tickets": tickets, "surveys": surveys, "events": oracle.events}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_of_deliveries_and_undos(database: str, steps: list[Any]) -> None:
    """The database is where the oracle is after every step, and empty once everything has been undone."""
    emptied()
    oracle, batches = Oracle(), [batch("0")]
    for step in steps:
        if step[0] == "undo":
            one = batches[step[1] % len(batches)]
            one.refresh_from_db()
            if one.state == BatchState.KEPT:
                assert _undone(one) == oracle.undo(one.pk)
        else:
            dataset, source, new, rows = step
            batches[-1].refresh_from_db()
            if new or batches[-1].state != BatchState.KEPT:
                batches.append(batch(str(len(batches))))
            name, _row = as_facts(dataset, rows[0])
            got = receive(
                name, table(name, [as_facts(dataset, row)[1] for row in rows]), source=source, batch=batches[-1]
            )
            expected = oracle.deliver(dataset, source, batches[-1].pk, rows)
            assert (got.created, got.updated, got.unchanged, len(got.refused)) == expected
        assert state_kept() == state_expected(oracle), steps
    for one in reversed(batches):
        one.refresh_from_db()
        if one.state == BatchState.KEPT:
            assert _undone(one), steps
    rest = [m.__name__ for m in (Ticket, TicketEvent, SurveyResponse, Customer, Prior) if m.objects.exists()]
    assert not rest
    assert verify().fault is None


def _undone(one: Batch) -> bool:
    try:
        undo(one, actor=None)
    except AnalysisError:
        return False
    return True


# ---- one by one -------------------------------------------------------------------------------------------


def test_a_second_delivery_changes_nothing_and_says_so() -> None:
    rows = [ticket(f"T{n}", subject=f"第 {n} 单", team="一线", agent="小周", customer=f"C{n % 3}") for n in range(50)]
    first, second = deliver("tickets", *rows), deliver("tickets", *rows)
    assert (first.created, first.updated, first.unchanged) == (50, 0, 0)
    before = set(Ticket.objects.values_list("pk", "changed_at", "batch"))
    assert (second.created, second.updated, second.unchanged) == (0, 0, 50)
    third = deliver("tickets", *[ticket(f"T{n}", subject=f"第 {n} 单" if n else "别的") for n in range(50)])
    assert (third.created, third.updated, third.unchanged) == (0, 1, 49)
    after = set(Ticket.objects.values_list("pk", "changed_at", "batch"))
    assert len(before - after) == 1
    assert Prior.objects.get().before == {"subject": "第 0 单"}


def test_instants_are_kept_as_django_keeps_them() -> None:
    """Whether or not there is a fraction of a second: what is written in bulk is found by an ordinary query."""
    from django.utils.timezone import make_aware

    times = [datetime(2026, 1, 1), datetime(2026, 1, 1, 0, 0, 0, 500_000), datetime(2026, 1, 1, 23, 59, 59, 1)]
    deliver("tickets", *[{**ticket(f"T{n}"), "created_at": at, "due_at": at} for n, at in enumerate(times)])
    from datetime import UTC

    for n, at in enumerate(times):
        assert Ticket.objects.get(created_at=make_aware(at, UTC)).number == f"T{n}"
        assert Ticket.objects.get(number=f"T{n}").due_at == make_aware(at, UTC)
    assert Ticket.objects.filter(created_at__lte=make_aware(times[0], UTC)).count() == 1


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("subject", "长" * 501, "Longer than 500 characters."),
        ("ticket_id", "T" * 201, "Longer than 200 characters."),
        ("ticket_id", "  ", "Nothing is given here, but it is needed."),
        ("created_at", None, "Nothing is given here, but it is needed."),
        ("contacts", 2**40, "The number is too large."),
        ("handling_minutes", float("nan"), "This is not a number."),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(column: str, value: Any, words: str) -> None:
    bad = ticket("bad", subject="x", contacts=1, handling_minutes=1.0) | {column: value}
    good = ticket("good", subject="y", contacts=1, handling_minutes=1.0)
    got = deliver("tickets", good, bad)
    assert (got.created, [(r.column, str(r.reason), r.row) for r in got.refused]) == (1, [(column, words, 1)])
    assert list(Ticket.objects.values_list("number", flat=True)) == ["good"]


def test_a_nul_is_shown_as_what_it_is() -> None:
    deliver("tickets", ticket("T1", subject="a\x00b"))
    assert Ticket.objects.get().subject == "a\ufffdb"


def test_lines_without_a_record_wait_for_it() -> None:
    event = {"ticket_id": "T1", "seq": 1, "at": AT, "activity": "派单", "team": "一线"}
    got = deliver("ticket_events", event)
    assert (got.created, str(got.refused[0].reason), got.refused[0].column) == (
        0, "T1 is not known here (yet).", "ticket_id",
    )  # fmt: skip
    deliver("tickets", ticket("T1"))
    assert deliver("ticket_events", event).created == 1
    assert deliver("ticket_events", event).unchanged == 1
    other = deliver("ticket_events", event | {"activity": "解决"})
    assert (other.created, other.updated, len(other.refused)) == (0, 0, 1)
    assert TicketEvent.objects.get().activity == "派单"
    assert TicketEvent.objects.get().team.name == "一线"


def test_calls_with_their_sentences_find_their_ticket() -> None:
    call = {"interaction_id": "I1", "started_at": AT, "ticket_id": "T1", "talk_seconds": 61.5, "abandoned": False}
    deliver("interactions", call, source="pbx")
    assert Interaction.objects.get().ticket is None
    said = {"interaction_id": "I1", "seq": 1, "at": AT, "author": "agent", "text": "您好"}
    assert deliver("messages", said, source="pbx").created == 1
    deliver("tickets", ticket("T1"))
    found = Interaction.objects.get()
    assert (found.ticket.number, found.messages.get().text, found.talk_seconds) == ("T1", "您好", 61.5)  # type: ignore[attr-defined]


@pytest.mark.parametrize("dataset", ["complaints", "reviews"])
def test_other_feedback(dataset: str) -> None:
    rows = {
        "complaints": {"complaint_id": "K1", "received_at": AT, "ticket_id": "T1", "customer": "C1", "upheld": True,
                       "text": "太慢", "tier": "金"},
        "reviews": {"review_id": "K1", "at": AT, "customer": "C1", "rating": 2.5, "text": "太慢"},
    }  # fmt: skip
    row = {name: value for name, value in rows[dataset].items() if DATASETS[dataset].column(name)}
    assert (deliver(dataset, row).created, deliver(dataset, row).unchanged) == (1, 1)
    assert Customer.objects.get().number == "C1"


def test_two_sources_may_use_the_same_numbers() -> None:
    deliver("tickets", ticket("1", customer="7"), source="a")
    deliver("tickets", ticket("1", customer="7"), source="b")
    assert set(Ticket.objects.values_list("number", "source")) == {("1", "a"), ("1 (b)", "b")}
    assert set(Customer.objects.values_list("number", "source")) == {("7", "a"), ("7 (b)", "b")}


def test_a_customer_who_is_here_keeps_tier_and_region() -> None:
    deliver("tickets", ticket("1", customer="C", tier="金", region="华东"))
    deliver("tickets", ticket("2", customer="C", tier="银", region="华南"))
    assert (Customer.objects.get().tier.name, Customer.objects.get().region) == ("金", "华东")


# ---- undoing ----------------------------------------------------------------------------------------------


def test_undo_is_told_to_the_lake_and_the_log() -> None:
    one = batch("三月工单")
    deliver("tickets", ticket("T1", customer="C1"), ticket("T2", customer=None), into=one)
    deliver("ticket_events", {"ticket_id": "T1", "seq": 1, "at": AT, "activity": "派单"}, into=one)
    with transaction.atomic():
        assert Ticket.objects.count() == 2
    assert undo(one, actor=None) == 4
    assert sorted(Deletion.objects.values_list("dataset", "key")) == [
        ("ticket_events", "T1"), ("ticket_events", "T2"), ("tickets", "T1"), ("tickets", "T2"),
    ]  # fmt: skip
    with pytest.raises(AnalysisError, match="undone already"):
        undo(one, actor=None)
    with pytest.raises(AnalysisError, match="has been undone"):
        deliver("tickets", ticket("T3"), into=one)


def test_events_of_a_ticket_that_stays_are_named_one_by_one() -> None:
    deliver("tickets", ticket("T1"))
    one = batch()
    deliver("ticket_events", {"ticket_id": "T1", "seq": 5, "at": AT, "activity": "派单"}, into=one)
    undo(one, actor=None)
    assert list(Deletion.objects.values_list("dataset", "key")) == [("ticket_events", "T1\t5")]


def test_undo_refuses_when_somebody_annotated(django_user_model: Any) -> None:
    one = batch()
    deliver("interactions", {"interaction_id": "I1", "started_at": AT}, into=one)
    person = django_user_model.objects.create_user("qc")
    Annotation.objects.create(interaction=Interaction.objects.get(), offset_seconds=3, author=person)
    with pytest.raises(AnalysisError, match="annotations: 1 rows that came later belong to rows of this import"):
        undo(one, actor=None)
    assert (Interaction.objects.count(), Batch.objects.get().state) == (1, BatchState.KEPT)


def test_undo_refuses_when_a_later_import_changed_a_row() -> None:
    one, two = batch(), batch()
    deliver("tickets", ticket("T1", subject="a"), into=one)
    deliver("tickets", ticket("T1", subject="b"), into=two)
    with pytest.raises(AnalysisError, match="tickets: later imports changed 1 rows of this one; undo those first"):
        undo(one, actor=None)
    undo(two, actor=None)
    assert Ticket.objects.get().subject == "a"
    undo(one, actor=None)
    assert not Ticket.objects.exists()


def test_a_crash_in_the_middle_of_an_undo_is_gone_on_from(monkeypatch: pytest.MonkeyPatch) -> None:
    from qualityloop.foundation.records import undoing

    monkeypatch.setattr(undoing, "AT_ONCE", 3)
    one = batch()
    deliver("tickets", *[ticket(f"T{n}") for n in range(10)], into=one)
    steps: list[int] = []

    def step(rows: int) -> None:
        steps.append(rows)
        if len(steps) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undo(one, actor=None, step=step)
    assert (Ticket.objects.count(), Batch.objects.get().state) == (4, BatchState.UNDOING)
    assert undo(Batch.objects.get(), actor=None) == 4
    assert (Ticket.objects.count(), Batch.objects.get().state) == (0, BatchState.UNDONE)


# ---- the event log ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE operations_ticketevent SET activity = 'other'",
        "DELETE FROM operations_ticketevent",
        "DELETE FROM operations_ticket",
        "REPLACE",
    ],
)
def test_the_event_log_refuses(statement: str) -> None:
    deliver("tickets", ticket("T1"))
    deliver("ticket_events", {"ticket_id": "T1", "seq": 1, "at": AT, "activity": "派单"})
    if statement == "REPLACE":
        if connection.vendor != "sqlite":
            return
        names = ", ".join(f.column for f in TicketEvent._meta.concrete_fields)
        statement = (
            f"INSERT OR REPLACE INTO operations_ticketevent ({names}) SELECT {names} FROM operations_ticketevent"
        )
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert TicketEvent.objects.get().activity == "派单"


def test_messages_go_with_their_import() -> None:
    one = batch()
    deliver("interactions", {"interaction_id": "I1", "started_at": AT}, into=one)
    deliver("messages", {"interaction_id": "I1", "seq": 1, "at": AT, "author": "agent", "text": "您好"}, into=one)
    assert undo(one, actor=None) == 2
    assert not Message.objects.exists()


def test_every_column_of_the_fact_tables_has_a_place() -> None:
    """Nothing that may be delivered is dropped on the way."""
    from qualityloop.feedback.receiving import COMPLAINT_TARGET, REVIEW_TARGET, SURVEY_TARGET
    from qualityloop.operations.receiving.targets import (
        EVENT_TARGET,
        INTERACTION_TARGET,
        MESSAGE_TARGET,
        TICKET_TARGET,
    )

    resolved = {"team", "agent", "customer", "ticket_id"}
    for target in (TICKET_TARGET, EVENT_TARGET, INTERACTION_TARGET, MESSAGE_TARGET, SURVEY_TARGET, COMPLAINT_TARGET,
                   REVIEW_TARGET):  # fmt: skip
        names = {column.name for column in target.dataset.columns}
        assert names - set(target.columns) - set(target.dataset.key[:1]) <= resolved, target.dataset.name
    assert set(EMPTY) == {"tickets", "surveys"}
