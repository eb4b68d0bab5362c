"""流程 beside the process map in force: the deviation rate, checked against the tickets of the demo themselves."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from django.test import Client

from qualityloop.demo.accounts import make_accounts
from qualityloop.demo.documents import make_documents

pytestmark = pytest.mark.django_db


def counted(home: Any, condition: str) -> tuple[int, int]:
    """Cases of repairs of the period, and those that leave the prescribed way; written as SQL over the events."""
    events, tickets = (f"read_parquet('{home}/lake/{name}/**/*.parquet')" for name in ("ticket_events", "tickets"))
    sql = f"""
        WITH c AS (
          SELECT e.ticket_id, list(activity ORDER BY e.at, e.seq) AS p, min(e.at) AS first
          FROM {events} e JOIN {tickets} t USING (ticket_id) WHERE t.kind = 'repair' GROUP BY 1),
        m AS (SELECT p FROM c WHERE strftime(first + INTERVAL 8 HOUR, '%Y-%m') = '2026-10')
        SELECT count(*), count(*) FILTER ({condition}) FROM m"""
    return duckdb.connect().execute(sql).fetchall()[0]  # type: ignore[return-value]


def test_deviations_of_repairs(director: Client, home: Any) -> None:
    make_accounts()
    assert make_documents() == 7
    assert make_documents() == 0
    answer = director.get("/process/?grain=month&period=2026-10-01&kind=repair")
    kept, given = answer.context["kept"], answer.context["given"]
    assert (given.key, given.later) == ("repair", False)
    found = {(row["kind"], row["name"]): row["cases"] for row in kept["departures"]}
    cases, no_diagnosis = counted(home, "list_contains(p, '上门维修') AND NOT list_contains(p, '诊断')")
    _cases, no_call_back = counted(
        home, "list_contains(p, '关闭') AND coalesce(list_position(p, '回访'), 999) > list_position(p, '关闭')"
    )
    json = director.get("/process/?grain=month&period=2026-10-01&kind=repair&format=json").json()["conformance"]
    by_step = {(d["kind"], d["step"]): d["cases"] for d in json["departures"]}
    assert json["cases"] == cases
    assert by_step["skipped", "diagnose"] == no_diagnosis > 0
    assert by_step["skipped", "call_back"] == no_call_back > 0
    assert len(found) == len(by_step)
    page = answer.content.decode()
    assert "/standards/process-maps/repair/1/" in page
    way = kept["departures"][0]["ways"][0]
    rows = director.get(f"/process/cases/{way[2].split('/process/cases/')[1]}").context["rows"]
    assert rows


def test_without_a_map_nothing_is_said(director: Client, home: Any) -> None:
    assert director.get("/process/").context["kept"] is None
