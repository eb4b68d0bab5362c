"""Real exports through `inspect_files` and `ingest`; what is expected is counted here by the csv module."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow.parquet as pq
import pytest

from qualityloop.analysis.files import Ingested, ingest, inspect_files, load_mapping

MAPPINGS = Path(__file__).parent / "mappings"
pytestmark = pytest.mark.real_data


def taken_in(real_data: Path, name: str, folder: Path) -> Ingested:
    """The data set under its own mapping."""
    return ingest(real_data / name, load_mapping(MAPPINGS / f"{name}.yaml"), folder / "lake", language="en")


def ask(result: Ingested, dataset: str, sql: str) -> Any:
    """First row of a query over one dataset, called `d`."""
    files = [str(file) for file in result.lake.datasets[dataset].files]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW d AS SELECT * FROM read_parquet({files}, union_by_name = true)")
        return connection.execute(sql).fetchall()[0]


def records(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a csv or csv.gz by the csv module."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def cases_of(path: Path) -> dict[str, list[dict[str, str]]]:
    """The events of each case in order of time, ties in order of the file."""
    cases: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in records(path):
        cases[row["case_id"]].append(row)
    for events in cases.values():
        events.sort(key=lambda row: datetime.fromisoformat(row["timestamp"]))
    return cases


def test_helpdesk(real_data: Path, tmp_path: Path) -> None:
    result = taken_in(real_data, "helpdesk_it", tmp_path)
    assert result.rows == {"ticket_events": 21348, "tickets": 4580}
    assert not result.rejects
    cases = cases_of(real_data / "helpdesk_it/helpdesk.csv.gz")
    changes = sum(sum(a["resource"] != b["resource"] for a, b in pairwise(events)) for events in cases.values())
    again = sum(max(0, sum(e["activity"] == "Take in charge ticket" for e in events) - 1) for events in cases.values())
    open_ends = sum(events[-1]["activity"] != "Closed" for events in cases.values())
    assert open_ends == 23  # as its description says
    assert ask(result, "tickets", "SELECT sum(reassigned), sum(reopened), count(*) - count(closed_at) FROM d") == (
        changes, again, open_ends,
    )  # fmt: skip


def test_helpdesk_inspection_finds_the_log_and_doubts_the_zone(real_data: Path) -> None:
    found = inspect_files(real_data / "helpdesk_it/helpdesk.xes.gz")
    said = " ".join(str(note) for note in found.notes)
    assert "4580 cases, 21348 events, 14 activities" in said
    assert "all instants say UTC" in said
    assert {table.dataset for table in found.mapping.tables} == {"ticket_events", "tickets"}


def test_volvo_offsets_across_summer_time(real_data: Path, tmp_path: Path) -> None:
    result = taken_in(real_data, "bpic2013_volvo", tmp_path)
    assert result.rows == {"ticket_events": 65533, "tickets": 7554}
    rows = list(records(real_data / "bpic2013_volvo/incidents.csv.gz"))
    seconds = sum(int(datetime.fromisoformat(row["timestamp"]).timestamp()) for row in rows)
    assert ask(result, "ticket_events", 'SELECT sum(epoch("at"))::BIGINT FROM d') == (seconds,)
    cases = cases_of(real_data / "bpic2013_volvo/incidents.csv.gz")
    not_completed = sum(events[-1]["activity"] != "Completed" for events in cases.values())
    assert not_completed == 8
    assert ask(result, "tickets", "SELECT count(*) - count(closed_at) FROM d") == (not_completed,)


def test_rabobank_master_and_events(real_data: Path, tmp_path: Path) -> None:
    result = taken_in(real_data, "bpic2014_rabobank_sample", tmp_path)
    assert result.rows == {"tickets": 4000, "ticket_events": 39911}
    rows = list(records(real_data / "bpic2014_rabobank_sample/incidents.csv.gz"))
    zone = ZoneInfo("Europe/Amsterdam")
    hours = sum(
        datetime.fromisoformat(r["resolved_time"]).replace(tzinfo=zone).timestamp()
        - datetime.fromisoformat(r["open_time"]).replace(tzinfo=zone).timestamp()
        for r in rows
        if r["resolved_time"]
    ) / 3600  # fmt: skip
    unresolved, summed, handled = ask(
        result, "tickets", "SELECT count(*) - count(resolved_at), sum(resolution_hours), sum(handling_minutes) FROM d"
    )
    assert unresolved == 155
    assert summed == pytest.approx(hours, rel=1e-9)
    assert handled == pytest.approx(60 * sum(float(r["handle_time_hours"]) for r in rows), rel=1e-9)
    counted = "SELECT count(DISTINCT team), count(DISTINCT activity), count(lifecycle) FROM d"
    assert ask(result, "ticket_events", counted) == (
        195, 36, 39911,
    )  # fmt: skip


def test_rabobank_inspection_takes_tickets_from_the_master(real_data: Path) -> None:
    found = inspect_files(real_data / "bpic2014_rabobank_sample")
    assert [(t.dataset, t.files) for t in found.mapping.tables] == [
        ("ticket_events", ("activities.csv.gz",)),
        ("tickets", ("incidents.csv.gz",)),
    ]
    assert any("“#MULTIVALUE” stands in 272 rows" in str(note) for note in found.notes)


def test_receipt_deadlines(real_data: Path, tmp_path: Path) -> None:
    result = taken_in(real_data, "receipt_permit", tmp_path)
    cases = cases_of(real_data / "receipt_permit/receipt.csv.gz")
    first = [events[0] for events in cases.values()]
    bad = [
        e for e in first
        if e["case:enddate"] and datetime.fromisoformat(e["case:enddate"]) < datetime.fromisoformat(e["case:startdate"])
    ]  # fmt: skip
    assert result.rows == {"ticket_events": 8577, "tickets": 1434 - len(bad)}
    assert result.rejected == len(bad)
    good = [e for e in first if e not in bad]
    late = sum(
        datetime.fromisoformat(e["case:enddate"]) > datetime.fromisoformat(e["case:deadline"])
        for e in good
        if e["case:enddate"] and e["case:deadline"]
    )
    unfinished, too_late = ask(
        result, "tickets", "SELECT count(*) - count(resolved_at), count(*) FILTER (WHERE NOT in_time) FROM d"
    )
    assert unfinished == 105  # as its description says
    assert too_late == late
    channels = Counter(e["case:channel"] for e in good)
    assert ask(result, "tickets", "SELECT count(*) FILTER (WHERE channel = 'online') FROM d") == (channels["Internet"],)


def test_sepsis_na_and_question_mark_are_text(real_data: Path, tmp_path: Path) -> None:
    result = taken_in(real_data, "sepsis", tmp_path)
    assert result.rows == {"ticket_events": 15214, "tickets": 1050}
    assert ask(result, "tickets", "SELECT sum(reopened), count(*) FILTER (WHERE ticket_id = 'NA') FROM d") == (294, 1)
    assert ask(result, "ticket_events", "SELECT count(*) FROM d WHERE team = '?'") == (294,)
    cases = cases_of(real_data / "sepsis/sepsis.csv.gz")  # sorted stably: ties stand in the order of the file
    paths = {tuple(event["activity"] for event in events) for events in cases.values()}
    variants = ask(
        result, "ticket_events",
        "SELECT count(DISTINCT path) FROM (SELECT list(activity ORDER BY seq) AS path FROM d GROUP BY ticket_id)",
    )  # fmt: skip
    assert variants == (len(paths),)
    assert len(paths) == 846  # as its description says


def test_comcast_day_and_month(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "comcast_complaints"
    found = inspect_files(folder)
    rule = found.mapping.tables[0].rule("received_at")
    assert rule is not None
    assert (rule.sources, rule.formats, rule.repair) == (("Date", "Time"), ("%d-%m-%Y %I:%M:%S %p",), "day_month")
    assert any("exchanged in 572 of 2224" in str(note) for note in found.notes)
    result = taken_in(real_data, "comcast_complaints", tmp_path)
    assert result.rows == {"complaints": 2224}
    assert result.exchanged == {"complaints.received_at": 572}
    first, last, days, jump = ask(
        result, "complaints",
        "SELECT min(received_at_day)::VARCHAR, max(received_at_day)::VARCHAR, count(DISTINCT received_at_day), "
        "count(*) FILTER (WHERE received_at_day = '2015-06-24') FROM d",
    )  # fmt: skip
    assert (first, last, days, jump) == ("2015-04-01", "2015-06-30", 91, 218)
    assert ask(result, "complaints", "SELECT count(*) FILTER (WHERE channel = 'phone') FROM d") == (1119,)
    # the clock of New York in these months is four hours behind UTC
    row = next(r for r in records(folder / "comcast_telecom_complaints.csv") if r["Ticket #"] == "223441")
    assert (row["Date"], row["Time"]) == ("04-08-2015", "10:22:56 AM")
    expected = (
        datetime(2015, 4, 8, 10, 22, 56, tzinfo=ZoneInfo("America/New_York")).astimezone(UTC).replace(tzinfo=None)
    )
    assert ask(result, "complaints", "SELECT received_at FROM d WHERE complaint_id = '223441'") == (expected,)


def test_new_york_keys_and_open_cases(real_data: Path, tmp_path: Path) -> None:
    table = pq.read_table(real_data / "nyc_council_cases_odd/cases.parquet").to_pylist()
    columns = ("unique_key", "opendate", "closedate", "complaint_type", "descriptor", "account", "borough")
    contents: dict[str, tuple[str | None, ...]] = {}
    same = conflicts = 0
    for row in table:
        content = tuple((row[c] or "").strip() or None for c in columns)
        if row["unique_key"] not in contents:
            contents[row["unique_key"]] = content
        elif contents[row["unique_key"]] == content:
            same += 1
        else:
            conflicts += 1
    assert same + conflicts == 12  # as its description says
    result = taken_in(real_data, "nyc_council_cases_odd", tmp_path)
    negative = sum(1 for c in contents.values() if c[1] and c[2] and c[2] < c[1])
    assert result.rows == {"tickets": len(contents) - negative}
    assert result.duplicates == {"tickets": same}
    assert result.rejected == conflicts + negative
    still_open = sum(c[2] is None for c in contents.values())
    assert ask(result, "tickets", "SELECT count(*) - count(closed_at) FROM d") == (still_open,)


def test_star_messages_and_first_responses(real_data: Path, tmp_path: Path) -> None:
    path = real_data / "star_dialogues_a/dialogues.jsonl.gz"
    messages: Counter[str] = Counter()
    without_time = answered = 0
    waits: dict[str, int] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            dialogue = json.loads(line)
            first: dict[str, int] = {}
            for event in dialogue["Events"]:
                if event["Action"] in {"utter", "pick_suggestion"}:
                    messages[event["Agent"]] += 1
                    without_time += "UnixTime" not in event
                if event["Agent"] != "KnowledgeBase" and "UnixTime" in event:
                    first[event["Agent"]] = min(event["UnixTime"], first.get(event["Agent"], 1 << 40))
            if first.get("User", 1 << 41) <= first.get("Wizard", 0):
                answered += 1
                waits[str(dialogue["DialogueID"])] = first["Wizard"] - first["User"]
    assert not without_time
    result = taken_in(real_data, "star_dialogues_a", tmp_path)
    assert result.rows["messages"] == sum(messages.values())
    assert messages["User"] == 19790  # as its description says
    assert messages["Wizard"] == 19654
    assert ask(result, "messages", "SELECT count(*) FILTER (WHERE author = 'agent') FROM d") == (19654,)
    got = ask(result, "tickets", "SELECT count(first_response_at), sum(first_response_minutes) * 60 FROM d")
    assert got[0] == answered
    assert got[1] == pytest.approx(sum(waits.values()))
