"""From files through a mapping into a lake; expected values are worked out by hand in the tests."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from qualityloop.analysis.files import Ingested, ingest, load_mapping
from qualityloop.analysis.files.mapping_loading import parse_mapping
from qualityloop.analysis.messages import AnalysisError


def run(folder: Path, mapping: str, **files: str) -> Ingested:
    """Write `files` (name without .csv), ingest them under `mapping`."""
    data = folder / "in"
    data.mkdir(exist_ok=True)
    for name, content in files.items():
        (data / f"{name}.csv").write_text(content, encoding="utf-8")
    (folder / "map.yaml").write_text(mapping, encoding="utf-8")
    return ingest(data, load_mapping(folder / "map.yaml"), folder / "lake", language="en")


def rows(result: Ingested, dataset: str = "tickets") -> list[dict[str, Any]]:
    """The rows of a dataset, by key."""
    files = [str(file) for file in result.lake.datasets[dataset].files]
    relation = duckdb.sql(f"SELECT * FROM read_parquet({files}) ORDER BY 1, 2")
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


COLUMNS = "tables:\n  - dataset: tickets\n    columns:\n      ticket_id: id\n"


@pytest.mark.parametrize(
    ("cell", "rule", "expected"),
    [
        ("2026-03-01 08:30:00", "t", datetime(2026, 3, 1, 0, 30)),  # Shanghai is UTC+8
        ("2026/3/1 8:30", "t", datetime(2026, 3, 1, 0, 30)),
        ("2026-03-01T08:30:00+02:00", "t", datetime(2026, 3, 1, 6, 30)),
        ("2026-03-01T08:30:00.250Z", "t", datetime(2026, 3, 1, 8, 30, 0, 250_000)),
        ("2026-03-01 08:30:00", "{from: t, zone: UTC}", datetime(2026, 3, 1, 8, 30)),
        ("2026-07-01 08:30:00", "{from: t, zone: Europe/Berlin}", datetime(2026, 7, 1, 6, 30)),  # summer time
        ("2026年3月1日 8时30分", '{from: t, format: "%Y年%m月%d日 %H时%M分"}', datetime(2026, 3, 1, 0, 30)),
        ("2026-03-01 下午8:30", '{from: t, format: "%Y-%m-%d %p%I:%M"}', datetime(2026, 3, 1, 12, 30)),
        ("03/01/2026 08:30 PM", '{from: t, format: "%m/%d/%Y %I:%M %p"}', datetime(2026, 3, 1, 12, 30)),
        ("01.03.26 08:30", '{from: t, format: ["%Y-%m-%d", "%d.%m.%y %H:%M"]}', datetime(2026, 3, 1, 0, 30)),
        ("1772325000", "{from: t, format: epoch}", datetime(2026, 3, 1, 0, 30)),
        ("1772325000000", "{from: t, format: epoch_ms}", datetime(2026, 3, 1, 0, 30)),
        ("46082.354166666664", "{from: t, format: excel}", datetime(2026, 3, 1, 0, 30)),  # 46082 is 2026-03-01
        ("03-04-2026", '{from: t, format: "%d-%m-%Y", repair: day_month, zone: UTC}', datetime(2026, 3, 4)),
        ("13-04-2026", '{from: t, format: "%d-%m-%Y", repair: day_month, zone: UTC}', datetime(2026, 4, 13)),
    ],
)
def test_instants(tmp_path: Path, cell: str, rule: str, expected: datetime) -> None:
    result = run(tmp_path, COLUMNS + f"      created_at: {rule}\n", a=f"id,t\n1,{cell}\n")
    assert rows(result)[0]["created_at"] == expected


@pytest.mark.parametrize(
    ("cell", "rule", "expected"),
    [
        ("是", "escalated: x", True),
        ("N", "escalated: x", False),
        ("3级", "escalated: {from: x, true: [3级]}", True),
        ("1级", "escalated: {from: x, true: [3级]}", False),
        ('"1,234"', "contacts: x", 1234),
        ("7.0", "contacts: x", 7),
        ('"1.234,5"', "handling_minutes: {from: x, decimal: ','}", 1234.5),
        ("2.5", "handling_minutes: {from: x, factor: 60}", 150.0),
        ("01:30:30", "handling_minutes: {from: x, format: clock}", 90.5),
        ("01:30:30", "queue_seconds: {from: x, format: clock}", 5430.0),
        ("电话", "channel: {from: x, values: {电话: phone}}", "phone"),
        ("在线", "channel: {from: x, values: {电话: phone}}", "在线"),
        ("NA", "channel: x", "NA"),
        ("　 在线 ", "channel: x", "在线"),
        ("e", "source: {constant: CRM}", "CRM"),
        ("e", "subject: {from: [id, x], join: '-'}", "1-e"),
    ],
)
def test_values(tmp_path: Path, cell: str, rule: str, expected: object) -> None:
    mapping = COLUMNS + f"      created_at: t\n      {rule}\n"
    result = run(tmp_path, mapping, a=f"id,t,x\n1,2026-03-01 08:00,{cell}\n")
    assert rows(result)[0][rule.partition(":")[0]] == expected


def test_words_that_mean_missing(tmp_path: Path) -> None:
    mapping = (
        "missing: ['?']\n" + COLUMNS + "      created_at: t\n      channel: {from: x, missing: [NA]}\n      team: y\n"
    )
    result = run(tmp_path, mapping, a="id,t,x,y\n1,2026-03-01,NA,NA\n2,2026-03-01,?,夜班\n3,2026-03-01,在线,?\n")
    assert [(row["channel"], row["team"]) for row in rows(result)] == [(None, "NA"), (None, "夜班"), ("在线", None)]


def test_values_the_mapping_does_not_know_can_be_rejected_or_emptied(tmp_path: Path) -> None:
    mapping = COLUMNS + (
        "      created_at: t\n      channel: {from: x, values: {电话: phone}, otherwise: reject}\n"
        "      contacts: {from: y, bad: empty}\n"
    )
    result = run(tmp_path, mapping, a="id,t,x,y\n1,2026-03-01,电话,two\n2,2026-03-01,传真,3\n")
    assert [(row["ticket_id"], row["channel"]) for row in rows(result)] == [("1", "phone")]
    assert result.rejects == {"a.csv": 1}
    assert any("1 values of contacts could not be read" in str(note) for note in result.notes)


def test_absent_columns_are_absent_not_empty(tmp_path: Path) -> None:
    result = run(tmp_path, COLUMNS + "      created_at: t\n      team: y\n", a="id,t,y\n1,2026-03-01,\n")
    assert "team" not in result.lake.datasets["tickets"].columns
    assert "channel" not in result.lake.datasets["tickets"].columns


def test_only_and_except_choose_rows(tmp_path: Path) -> None:
    mapping = (
        "tables:\n  - dataset: tickets\n    only: {kind: [repair, care]}\n    except: {test: ['yes']}\n"
        "    columns: {ticket_id: id, created_at: t}\n"
    )
    text = "id,t,kind,test\n1,2026-03-01,repair,\n2,2026-03-01,sale,\n3,2026-03-01,care,yes\n4,2026-03-01,care,no\n"
    result = run(tmp_path, mapping, a=text)
    assert [row["ticket_id"] for row in rows(result)] == ["1", "4"]
    assert [str(note) for note in result.notes] == ["Tickets: 2 rows left out, as the mapping says"]


def test_join_adds_the_columns_of_a_master(tmp_path: Path) -> None:
    mapping = """
tables:
  - dataset: tickets
    files: [tickets.csv]
    join: {name: master, files: [staff.csv], on: {agent: 工号}}
    columns: {ticket_id: id, created_at: t, agent: agent, team: master.班组}
"""
    result = run(
        tmp_path, mapping,
        tickets="id,t,agent\n1,2026-03-01,7\n2,2026-03-01,8\n3,2026-03-01,9\n",
        staff="工号,班组\n7,早班\n8,夜班\n8,早班\n",
    )  # fmt: skip
    assert [row["team"] for row in rows(result)] == ["早班", "夜班", None]
    assert any("1 rows repeat the key" in str(note) for note in result.notes)


LOG = """case,what,when,who,group,kind
A,open,2026-03-01 08:00,u1,g1,x
A,work,2026-03-01 08:10,u2,g1,
A,solve,2026-03-01 09:00,u2,g1,
A,work,2026-03-02 08:00,u3,g2,y
A,solve,2026-03-02 09:00,u3,,
A,close,2026-03-03 09:00,u1,g1,
B,open,2026-03-01 10:00,u1,g1,z
B,work,2026-03-01 10:30,u1,g1,
"""
FACTS = """
zone: UTC
tables:
  - dataset: ticket_events
    columns: {ticket_id: case, seq: {numbered: true}, at: when, activity: what, actor: who}
  - dataset: tickets
    events: {case: case, activity: what, time: when}
    columns:
      ticket_id: {take: first, of: case}
      created_at: {take: first}
      first_response_at: {take: first, activity: work}
      resolved_at: {take: last, activity: solve}
      closed_at: {take: last, activity: close, final: true}
      contacts: {take: count, activity: work}
      reopened: {take: returns, activity: work, after: solve}
      reassigned: {take: changes, of: group}
      escalated: {take: repeats, activity: solve}
      category: {take: last, of: kind, values: {y: 安装}}
      team: {take: first, of: group}
      source: {constant: log}
"""


def test_tickets_made_from_a_log(tmp_path: Path) -> None:
    result = run(tmp_path, FACTS, log=LOG)
    a, b = rows(result)
    facts = ("created_at", "first_response_at", "resolved_at", "closed_at", "contacts", "reopened", "reassigned",
             "escalated",
             "category", "team", "source")  # fmt: skip
    assert [a[name] for name in facts] == [
        datetime(2026, 3, 1, 8), datetime(2026, 3, 1, 8, 10), datetime(2026, 3, 2, 9), datetime(2026, 3, 3, 9),
        2, 1, 2, True, "安装", "g1", "log",
    ]  # fmt: skip
    assert [b[name] for name in facts] == [
        datetime(2026, 3, 1, 10), datetime(2026, 3, 1, 10, 30), None, None, 1, 0, 0, False, "z", "g1", "log",
    ]  # fmt: skip
    events = rows(result, "ticket_events")
    assert [(row["ticket_id"], row["seq"], row["activity"]) for row in events] == [
        ("A", 1, "open"), ("A", 2, "work"), ("A", 3, "solve"), ("A", 4, "work"), ("A", 5, "solve"), ("A", 6, "close"),
        ("B", 1, "open"), ("B", 2, "work"),
    ]  # fmt: skip


def test_ties_in_time_keep_the_order_of_the_file(tmp_path: Path) -> None:
    log = "case,what,when,who,group,kind\n" + "".join(f"A,{step},2026-03-01 08:00,u,g,k\n" for step in "badc")
    result = run(tmp_path, FACTS, log=log)
    assert [row["activity"] for row in rows(result, "ticket_events")] == ["b", "a", "d", "c"]


def test_a_cases_facts_that_break_the_contract_are_rejected_with_their_row(tmp_path: Path) -> None:
    mapping = FACTS.replace("created_at: {take: first}", "created_at: {take: first, activity: open}")
    log = LOG + "C,work,2026-03-01 07:00,u1,g1,x\nC,open,2026-03-01 08:00,u1,g1,x\n"
    result = run(tmp_path, mapping, log=log)
    assert [row["ticket_id"] for row in rows(result)] == ["A", "B"]
    assert result.rejects == {"log.csv": 1}
    assert result.rejects_path is not None
    assert "log.csv,tickets,10," in result.rejects_path.read_text(encoding="utf-8-sig")


def test_calendar_and_zone_reach_the_lake(tmp_path: Path) -> None:
    mapping = """
zone: Asia/Shanghai
calendar:
  week: {mon-fri: ["09:00-12:00", "13:00-18:00"]}
  holidays: [2026-03-03]
  workdays: {2026-03-07: ["09:00-12:00"]}
tables:
  - dataset: tickets
    columns: {ticket_id: id, created_at: t, resolved_at: u}
"""
    # Monday 17:00 to Wednesday 10:00; Tuesday is a holiday: 1 h + 1 h. Friday 17:00 to Saturday 11:00: 1 h + 2 h.
    text = "id,t,u\n1,2026-03-02 17:00,2026-03-04 10:00\n2,2026-03-06 17:00,2026-03-07 11:00\n"
    result = run(tmp_path, mapping, a=text)
    assert [row["working_resolution_hours"] for row in rows(result)] == [2.0, 3.0]
    assert rows(result)[0]["created_at_day"] == date(2026, 3, 2)


def test_many_files_of_one_dataset_and_progress(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    data = tmp_path / "in"
    data.mkdir()
    for month in (1, 2, 3):
        (data / f"t{month}.csv").write_text(f"id,t\n{month},2026-0{month}-01\n")
    mapping = parse_mapping(COLUMNS + "      created_at: t\n", "m.yaml")
    result = ingest(data, mapping, tmp_path / "lake", progress=lambda done, of: seen.append((done, of)))
    assert [p.month for p in result.lake.datasets["tickets"].partitions] == ["2026-01", "2026-02", "2026-03"]
    assert seen[-1][0] == seen[-1][1]
    assert all(0 <= done <= of for done, of in seen)


def test_a_lake_is_opened_as_it_is(tmp_path: Path) -> None:
    first = run(tmp_path, COLUMNS + "      created_at: t\n", a="id,t\n1,2026-03-01\n")
    assert ingest(tmp_path / "lake").lake.snapshot == first.lake.snapshot


def test_no_file_of_that_name(tmp_path: Path) -> None:
    mapping = "tables:\n  - dataset: tickets\n    files: [missing.csv]\n    columns: {ticket_id: id, created_at: t}\n"
    with pytest.raises(AnalysisError, match=r"no file is called missing\.csv") as caught:
        run(tmp_path, mapping, a="id,t\n1,2026-03-01\n")
    assert (caught.value.place.file, caught.value.place.row) == ("map.yaml", 2)


def test_conflict_across_files_and_raw_text_of_the_later(tmp_path: Path) -> None:
    result = run(
        tmp_path, COLUMNS + "      created_at: t\n", a="id,t\n1,2026-03-01\n", b="id,t\n1,2026-03-02\n1,2026-03-01\n"
    )
    assert result.rejects == {"b.csv": 1}
    assert result.duplicates == {"tickets": 1}
    assert [row["created_at_day"] for row in rows(result)] == [date(2026, 3, 1)]
