"""Versions on real databases: who may do what when, what is in force on which day, and that the past stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from tests.databases import database, served_database

from qualityloop.analysis.messages import Text, message
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.queries import history_of
from qualityloop.foundation.audit.verifying import verify
from qualityloop.standards.versions import queries, services
from qualityloop.standards.versions.comparing import compare, differences
from qualityloop.standards.versions.kinds import KINDS, ContentError, Fault, Kind, Section
from qualityloop.standards.versions.models import Content, Document, State, Version
from qualityloop.standards.versions.services import VersionError

__all__ = ["database", "served_database"]

NOTE = "a note"


def check(content: Content) -> list[Fault]:
    return [] if content.get("limit", 0) > 0 else [Fault("limit", message("“{name}” is missing.", name="limit"))]


def sections(content: Content) -> list[Section]:
    rows = {key: (key, {"value": str(value)}) for key, value in content.items()}
    return [Section("all", "All", {"value": "Value"}, rows)]


@pytest.fixture(autouse=True)
def kind() -> Iterator[None]:
    KINDS["note"] = Kind(
        "note", "Note", "Notes", "book", check, sections, lambda c: Text(c.get("name", ""), ""), "-", "-", "-"
    )
    yield
    del KINDS["note"]


def person(name: str, role: str = "director") -> Any:
    return account_create(username=name, password="a good Passw0rd", role=role)


@pytest.fixture
def two(database: str) -> tuple[Any, Any]:
    """An author and a reviewer."""
    return person("author"), person("reviewer", "qc")


def released(two: tuple[Any, Any], content: Content, valid_from: datetime | None = None) -> Version:
    """A version of the document `one` that went the whole way."""
    author, reviewer = two
    document = Document.objects.filter(key="one").first()
    if document is None:
        made = services.document_create(actor=author, kind="note", key="one", content=content)
    else:
        made = services.draft_create(actor=author, document=document, content=content)
    services.review(actor=reviewer, version=made)
    return services.put_in_force(actor=author, version=made, valid_from=valid_from)


def test_a_version_goes_from_draft_to_in_force_and_everything_is_in_the_log(two: tuple[Any, Any]) -> None:
    author, reviewer = two
    made = services.document_create(actor=author, kind="note", key="one", content={"limit": 0, "name": "一"})
    with pytest.raises(ContentError) as incomplete:
        services.review(actor=reviewer, version=made)
    assert incomplete.value.faults[0].field == "limit"
    services.draft_save(actor=author, version=made, content={"limit": 5, "name": "一"}, reason="first")
    services.review(actor=reviewer, version=made, note="fine")
    services.put_in_force(actor=author, version=made)
    kept = Version.objects.get()
    assert (kept.state, kept.reviewer, kept.author, kept.reason) == (State.RELEASED, reviewer, author, "first")
    assert queries.in_force("note", "one") == kept
    entries = list(history_of(kept.document))
    assert [e.action.partition(".")[2] for e in entries] == ["put_in_force", "reviewed", "version_saved", "begun"]
    assert entries[2].before == {"number": 1, "reason": "", "limit": 0}
    assert entries[2].after == {"number": 1, "reason": "first", "limit": 5}
    assert verify().fault is None


def test_whoever_wrote_it_does_not_review_it(two: tuple[Any, Any], settings: Any) -> None:
    author, reviewer = two
    made = services.document_create(actor=author, kind="note", key="one", content={"limit": 1})
    with pytest.raises(VersionError, match="Four eyes"):
        services.review(actor=author, version=made)
    services.draft_save(actor=reviewer, version=made, content={"limit": 2})
    with pytest.raises(VersionError, match="Four eyes"):
        services.review(actor=reviewer, version=made)
    settings.QUALITYLOOP_FOUR_EYES = False
    assert services.review(actor=reviewer, version=made).state == State.REVIEWED


def test_no_step_can_be_left_out(two: tuple[Any, Any]) -> None:
    author, reviewer = two
    made = services.document_create(actor=author, kind="note", key="one", content={"limit": 1})
    with pytest.raises(VersionError):
        services.put_in_force(actor=author, version=made)
    with pytest.raises(VersionError):
        services.draft_create(actor=author, document=made.document)
    services.review(actor=reviewer, version=made)
    with pytest.raises(VersionError):
        services.draft_save(actor=author, version=made, content={"limit": 9})
    services.reopen(actor=reviewer, version=made, reason="too low")
    services.draft_save(actor=author, version=made, content={"limit": 9})
    with pytest.raises(VersionError):
        services.put_in_force(actor=author, version=made)


def test_two_people_on_one_draft_do_not_overwrite_each_other(two: tuple[Any, Any]) -> None:
    author, reviewer = two
    made = services.document_create(actor=author, kind="note", key="one", content={"limit": 1})
    seen = made.content_hash
    services.draft_save(actor=reviewer, version=made, content={"limit": 2}, known_hash=seen)
    with pytest.raises(VersionError, match="meanwhile"):
        services.draft_save(actor=author, version=made, content={"limit": 3}, known_hash=seen)
    assert Version.objects.get().content == {"limit": 2}


def test_it_takes_effect_by_its_date_alone(two: tuple[Any, Any]) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    first = released(two, {"limit": 1}, start)
    later = timezone.now() + timedelta(days=10)
    second = released(two, {"limit": 2}, later)
    document = first.document
    assert queries.in_force_at(document, start - timedelta(microseconds=1)) is None
    assert queries.in_force_at(document, start) == first
    assert queries.in_force_at(document, timezone.now()) == first
    assert queries.in_force_at(document, later - timedelta(microseconds=1)) == first
    assert queries.in_force_at(document, later) == second
    assert [s.state for s in queries.standings_of(document)] == ["scheduled", "in_force"]
    assert [s.state for s in queries.standings_of(document, later)] == ["in_force", "replaced"]
    assert [v.number for v in queries.all_in_force("note", later)] == [2]


def test_only_the_first_version_may_be_dated_back(two: tuple[Any, Any]) -> None:
    first = released(two, {"limit": 1}, datetime(2024, 1, 1, tzinfo=UTC))
    with pytest.raises(VersionError, match="dated back"):
        released(two, {"limit": 2}, datetime(2025, 1, 1, tzinfo=UTC))
    assert queries.in_force_at(first.document, datetime(2025, 6, 1, tzinfo=UTC)) == first


def test_a_withdrawn_version_ends_and_one_that_never_began_leaves_no_trace_in_time(two: tuple[Any, Any]) -> None:
    author, _ = two
    first = released(two, {"limit": 1})
    second = released(two, {"limit": 2}, timezone.now() + timedelta(days=3))
    services.withdraw(actor=author, version=second, reason="a mistake")
    far = timezone.now() + timedelta(days=30)
    assert queries.in_force_at(first.document, far) == first
    services.withdraw(actor=author, version=first, reason="service given up")
    assert queries.in_force_at(first.document, far) is None
    kept = Version.objects.get(number=1)
    assert kept.valid_from is not None
    assert queries.in_force_at(first.document, kept.valid_from) == kept
    assert [s.state for s in queries.standings_of(first.document, far)] == ["withdrawn", "withdrawn"]
    with pytest.raises(VersionError):
        services.withdraw(actor=author, version=first, reason="again")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE standards_version SET content_json = '{}'",
        "UPDATE standards_version SET valid_from = CURRENT_TIMESTAMP",
        "UPDATE standards_version SET state = 'draft'",
        "UPDATE standards_version SET author_id = NULL",
        "UPDATE standards_version SET reason = 'another'",
        "DELETE FROM standards_version",
    ],
)
def test_the_database_refuses_to_change_what_was_in_force(two: tuple[Any, Any], change: str) -> None:
    kept = released(two, {"limit": 1})
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Version.objects.all().update(content_hash="x")
    assert Version.objects.get() == kept
    assert Version.objects.get().is_intact


def test_an_end_is_set_once(two: tuple[Any, Any]) -> None:
    released(two, {"limit": 1})
    Version.objects.update(ended_at=timezone.now())
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Version.objects.update(ended_at=None)


def test_replacing_a_row_does_not_get_past_the_triggers(two: tuple[Any, Any]) -> None:
    kept = released(two, {"limit": 1})
    if connection.vendor != "sqlite":
        return
    columns = [f.column for f in Version._meta.concrete_fields]
    listed = ", ".join(columns)
    values = ", ".join("'{}'" if c == "content_json" else c for c in columns)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT OR REPLACE INTO standards_version ({listed}) SELECT {values} FROM standards_version")
    assert Version.objects.get().content == kept.content


def test_whoever_listens_hears_it_in_the_same_transaction(two: tuple[Any, Any]) -> None:
    heard: list[tuple[str, bool]] = []

    def listen(**what: Any) -> None:
        heard.append((what["action"].key, connection.in_atomic_block))

    services.changed.connect(listen)
    try:
        released(two, {"limit": 1})
    finally:
        services.changed.disconnect(listen)
    assert heard == [("standard.begun", True), ("standard.reviewed", True), ("standard.put_in_force", True)]


def test_comparing_names_rows_and_values() -> None:
    columns = {"target": "Target", "owner": "Owner"}

    def section(rows: dict[str, dict[str, str]]) -> list[Section]:
        return [Section("i", "Indicators", columns, {k: (k.upper(), v) for k, v in rows.items()})]

    old = section({"a": {"target": "1"}, "b": {"target": "2", "owner": "x"}, "c": {"target": "3"}})
    new = section({"b": {"target": "2"}, "a": {"target": "1"}, "d": {"target": "4"}})
    (change,) = compare(old, new)
    assert [(row.what, row.key, row.name) for row in change.rows] == [
        ("changed", "b", "B"),
        ("added", "d", "D"),
        ("removed", "c", "C"),
    ]
    assert [(c.label, c.before, c.after) for c in change.rows[0].cells] == [("Owner", "x", "")]
    assert (change.same, change.moved) == (1, True)
    assert compare(old, old) == []


def test_differences_are_named_by_key_not_by_place() -> None:
    old = {"items": [{"key": "a", "v": 1}, {"key": "b", "v": 2}], "list": [1, 2]}
    new = {"items": [{"key": "b", "v": 3}], "list": [1, 2]}
    assert differences(old, new) == (
        {"items.a.key": "a", "items.a.v": 1, "items.b.v": 2},
        {"items.b.v": 3},
    )
