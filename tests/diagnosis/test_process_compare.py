"""流程对比: two sides by page, file and API, with numbers counted in plain SQL over the files of the lake."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
NIGHT, DAY = quote("shift:夜班"), quote("shift:早班")
PLACE = "/api/v1/process/compare"


def counted(home: Path, month: str, step: str, condition: str = "TRUE") -> tuple[int, int]:
    """Cases that began in the month, and those of them that have a step more than once."""
    events, tickets = (f"read_parquet('{home}/lake/{name}/**/*.parquet')" for name in ("ticket_events", "tickets"))
    sql = f"""
        WITH c AS (SELECT e.ticket_id, min(e.at) AS first, count(*) FILTER (activity = '{step}') AS n
                   FROM {events} e JOIN {tickets} t USING (ticket_id) WHERE {condition} GROUP BY 1)
        SELECT count(*), count(*) FILTER (n > 1) FROM c WHERE strftime(first + INTERVAL 8 HOUR, '%Y-%m') = '{month}'"""
    found = duckdb.connect().execute(sql).fetchall()[0]
    return int(found[0]), int(found[1])


def figure(answer: dict[str, Any], measure: str, *of: str) -> dict[str, Any]:
    return next(row for row in answer["rows"] if row["measure"] == measure and row["of"] == list(of))


def test_a_month_against_the_one_before(director: Client, home: Path) -> None:
    answer = director.get(f"{PLACE}?period=2026-10-01").json()
    assert (answer["one"]["period"], answer["other"]["period"]) == ("2026-09-01", "2026-10-01")
    for side, month in (("one", "2026-09"), ("other", "2026-10")):
        cases, again = counted(home, month, "解决")
        assert answer[side]["cases"] == cases
        assert figure(answer, "repeated", "解决")[side]["value"] == pytest.approx(again / cases)
    alone = director.get("/api/v1/process?period=2026-09-01").json()
    step = next(s for s in alone["steps"] if s["activity"] == "派单")
    assert figure(answer, "waiting_median", "派单")["one"]["value"] == step["waiting"]["median_seconds"]
    assert figure(answer, "waiting_p90", "派单")["one"]["value"] == step["waiting"]["p90_seconds"]


def test_two_segments_of_one_period(director: Client, home: Path) -> None:
    answer = director.get(f"{PLACE}?grain=year&period=2026-01-01&a={DAY}&b={NIGHT}").json()
    assert answer["one"]["period"] == answer["other"]["period"]
    assert (answer["one"]["filters"], answer["other"]["filters"]) == ({"shift": "早班"}, {"shift": "夜班"})
    mixed = director.get(f"{PLACE}?period=2026-10-01&against=2026-08-05&a={DAY}&b={NIGHT}&channel=online").json()
    assert mixed["one"]["period"] == "2026-08-01"
    cases, _again = counted(home, "2026-08", "解决", "t.shift = '早班' AND t.channel = 'online'")
    assert mixed["one"]["cases"] == cases


def test_the_page_its_map_and_the_cases_of_a_side(director: Client, home: Path) -> None:
    answer = director.get("/process/compare/?period=2026-10-01")
    page = answer.content.decode()
    assert "流程对比" in page
    assert 'data-chart="process"' in page
    assert "看不出差异" in page
    lines = [line for _key, _title, shown, rest in answer.context["tables"] for line in (*shown, *rest)]
    line = next(x for x in lines if x.name == "解决" and "重复" in x.measure)
    for (_text, url), month in ((line.one, "2026-09"), (line.other, "2026-10")):
        rows = b"".join(director.get(url + "&format=csv").streaming_content).decode().splitlines()
        assert len(rows) - 1 == counted(home, month, "解决")[1]
    for line in lines:
        for _text, url in (line.one, line.other):
            if url and "/cases/" in url:
                assert director.get(url).status_code == 200, url
    assert sum("/cases/" in line.one[1] for line in lines) > 30


def test_hand_overs_lead_to_their_cases(director: Client, home: Path) -> None:
    row = director.get("/process/?period=2026-10-01").context["handed"][0][1][0]
    events = f"read_parquet('{home}/lake/ticket_events/**/*.parquet')"
    first, last = row.name.split(" → ")
    sql = f"""
        WITH e AS (SELECT *, min("at") OVER (PARTITION BY ticket_id) AS began FROM {events}),
        p AS (SELECT ticket_id, team AS a, lead(team) OVER (PARTITION BY ticket_id ORDER BY "at", seq) AS b FROM e
              WHERE team IS NOT NULL AND strftime(began + INTERVAL 8 HOUR, '%Y-%m') = '2026-10')
        SELECT count(DISTINCT ticket_id) FROM p WHERE a = $1 AND b = $2"""
    wanted = duckdb.connect().execute(sql, [first, last]).fetchall()[0][0]
    rows = b"".join(director.get(row.url + "&format=csv").streaming_content).decode().splitlines()
    assert len(rows) - 1 == wanted > 0
    assert director.get("/process/cases/?of=handed&a=password&a=x&a=y").status_code == 404


def test_the_file_says_what_the_page_says(director: Client, home: Path) -> None:
    text = b"".join(director.get("/process/compare/?period=2026-10-01&format=csv").streaming_content).decode(
        "utf-8-sig"
    )
    rows = list(csv.reader(io.StringIO(text)))
    api = director.get(f"{PLACE}?period=2026-10-01").json()["rows"]
    assert len(rows) == 1 + len(api)
    assert [float(r[2]) for r in rows[1:] if r[2]] == pytest.approx(
        [x["one"]["value"] for x in api if x["one"]["value"] is not None]
    )


def test_one_side_twice_and_sides_without_cases(director: Client, home: Path) -> None:
    same = director.get("/process/compare/?period=2026-10-01&against=2026-10-01").content.decode()
    assert "两侧完全相同" in same
    assert director.get(f"{PLACE}?period=2026-10-01&against=2026-10-01").status_code == 422
    nobody = "/process/compare/?grain=day&period=2026-10-31&a=kind:training&b=kind:repair&team=" + quote("客服二组")
    assert director.get(nobody).status_code == 200


@pytest.mark.parametrize("query", ["a=nonsense", "a=password:x", "b=team:%00", "against=2026-13-45", "a=shift:", "a=:"])
def test_nonsense(director: Client, home: Path, query: str) -> None:
    page = director.get(f"/process/compare/?{query}")
    assert page.status_code == 200
    assert "alert-warning" in page.content.decode()
    assert director.get(f"{PLACE}?{query}").status_code == 422


def test_it_is_for_those_who_may_see_the_process(signed_in: Callable[..., Client], home: Path) -> None:
    agent = signed_in("agent")
    assert agent.get("/process/compare/").status_code == 404
    assert agent.get(PLACE).status_code in (403, 404)


def test_without_records(director: Client, tmp_path: Path, settings: Any) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    assert "ql-empty" in director.get("/process/compare/").content.decode()
    assert director.get(PLACE).status_code == 409
