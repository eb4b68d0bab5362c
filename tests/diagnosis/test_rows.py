"""Behind each number stand its rows: exported and counted again they give the same number."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

pytestmark = pytest.mark.django_db

OCTOBER = "from=2026-10-01&to=2026-10-31"


def exported(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/csv")
    lines = csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"), newline=""))
    header = [name.split(" (")[0] for name in next(lines)]
    return [dict(zip(header, line, strict=True)) for line in lines]


def shown(client: Client, key: str, query: str = "") -> dict[str, Any]:
    """The October value of everything, or of the group in `query`."""
    values = client.get(f"/indicators/{key}/?format=json{query}").json()["indicators"]
    october = [v for v in values if v["period"] == "2026-10-01"]
    return min(october, key=lambda v: len(v["group"]))


def test_a_share(director: Client, home: Path) -> None:
    rows = exported(director, f"/indicators/first_response_online/rows/?{OCTOBER}&format=csv")
    value = shown(director, "first_response_online")
    assert {row["channel"] for row in rows} == {"online"}
    assert all(row["created_at"].startswith("2026-10-") for row in rows)  # local time
    in_time = sum(float(row["first_response_minutes"]) <= 5 for row in rows)
    assert len(rows) == value["n"]
    assert in_time / len(rows) == pytest.approx(value["value"], abs=1e-12)
    assert len({row["ticket_id"] for row in rows}) == len(rows)


def test_the_two_sides_of_a_share(director: Client, home: Path) -> None:
    base = f"/indicators/first_response_online/rows/?{OCTOBER}&format=csv"
    value = shown(director, "first_response_online")
    assert len(exported(director, base + "&side=numerator")) == value["numerator"]
    late = exported(director, base + "&side=not_numerator")
    assert len(late) == value["n"] - value["numerator"]
    assert all(float(row["first_response_minutes"]) > 5 for row in late)


def test_a_mean(director: Client, home: Path) -> None:
    rows = exported(director, f"/indicators/resolution_hardware/rows/?{OCTOBER}&format=csv")
    value = shown(director, "resolution_hardware")
    hours = [float(row["resolution_hours"]) for row in rows]
    assert len(hours) == value["n"]
    assert sum(hours) / len(hours) == pytest.approx(value["value"], rel=1e-9)


def test_a_rate_per_something_else(director: Client, home: Path) -> None:
    base = f"/indicators/complaint_rate/rows/?{OCTOBER}&format=csv"
    value = shown(director, "complaint_rate")
    complaints, tickets = exported(director, base), exported(director, base + "&side=denominator")
    assert "complaint_id" in complaints[0]
    assert len(complaints) == value["numerator"]
    assert len(tickets) == value["denominator"]
    assert len(complaints) / len(tickets) == pytest.approx(value["value"])


def test_a_group(director: Client, home: Path) -> None:
    rows = exported(director, f"/indicators/first_response_online/rows/?{OCTOBER}&g=shift:夜班&format=csv")
    value = shown(director, "first_response_online", "&g=shift:夜班")
    assert value["group"] == {"shift": "夜班"}
    assert {row["shift"] for row in rows} == {"夜班"}
    assert len(rows) == value["n"]
    assert sum(float(row["first_response_minutes"]) <= 5 for row in rows) / len(rows) == pytest.approx(value["value"])


def test_parts_of_a_group_add_up(director: Client, home: Path) -> None:
    values = director.get("/indicators/first_response_online/?format=json&g=shift:夜班&by=team").json()["indicators"]
    october = [v for v in values if v["period"] == "2026-10-01"]
    whole = next(v for v in october if list(v["group"]) == ["shift"])
    parts = [v for v in october if len(v["group"]) == 2]
    assert sum(v["n"] for v in parts) == whole["n"]
    assert sum(v["numerator"] for v in parts) == whole["numerator"]


def test_sorted_as_asked(director: Client, home: Path) -> None:
    base = f"/indicators/first_response_online/rows/?{OCTOBER}&format=csv&sort="
    up = [float(row["first_response_minutes"]) for row in exported(director, base + "first_response_minutes")]
    down = [float(row["first_response_minutes"]) for row in exported(director, base + "-first_response_minutes")]
    assert up == sorted(up)
    assert down == sorted(up, reverse=True)


def test_pages_follow_each_other_without_gap(director: Client, home: Path) -> None:
    import re

    base = "/indicators/first_response_online/rows/?from=2026-08-01&to=2026-10-31&"
    seen: list[str] = []
    pages = 0
    for number in range(1, 40):
        page = director.get(f"{base}page={number}").content.decode()
        seen += re.findall(r'<th scope="row" class="ql-nowrap">([^<]+)<', page)
        pages = number
        if 'rel="next"' not in page:
            break
    everything = [row["ticket_id"] for row in exported(director, base + "format=csv")]
    assert pages == -(-len(everything) // 50)
    assert seen == everything


def test_excel_has_the_same_rows(director: Client, home: Path) -> None:
    base = f"/indicators/complaint_rate/rows/?{OCTOBER}"
    answer = director.get(base + "&format=xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue())).get_sheet_by_index(0).to_python()
    assert len(sheet) - 1 == len(exported(director, base + "&format=csv"))
    assert len(sheet[0]) > 10


def test_json_has_the_same_rows(director: Client, home: Path) -> None:
    base = f"/indicators/complaint_rate/rows/?{OCTOBER}"
    answer = director.get(base + "&format=json").json()
    ids = [row["complaint_id"] for row in exported(director, base + "&format=csv")]
    assert [row["complaint_id"] for row in answer["rows"]] == ids


def test_the_list_of_indicators_as_a_file(director: Client, home: Path) -> None:
    answer = director.get("/indicators/?format=csv")
    lines = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"), newline="")))
    row = next(line for line in lines if line[0] == "first_response_online" and line[2] == "2026-10-01")
    assert float(row[3]) == pytest.approx(shown(director, "first_response_online")["value"])


def test_cases_behind_the_process_map(director: Client, home: Path) -> None:
    found = director.get("/process/?format=json").json()
    edge, again = found["edges"][0], found["rework"][0]
    passages = exported(director, f"/process/cases/?of=edge&a={edge['source']}&a={edge['target']}&format=csv")
    assert len(passages) == edge["count"]
    assert len(exported(director, f"/process/cases/?of=rework&a={again['activity']}&format=csv")) == again["cases"]
    variant = found["variants"][0]
    query = "".join(f"&a={step}" for step in variant["path"])
    rows = exported(director, f"/process/cases/?of=variant{query}&format=csv")
    assert len(rows) == variant["cases"]


def test_filters_of_the_process_add_up(director: Client, home: Path) -> None:
    whole = director.get("/process/?format=json").json()["cases"]
    page = director.get("/process/").content.decode()
    import re

    select = re.search(r'id="choose-channel".*?</select>', page, re.S)
    assert select
    channels = [value for value in re.findall(r'<option value="([^"]*)"', select.group()) if value]
    assert len(channels) >= 4
    parts = [director.get(f"/process/?format=json&channel={c}").json()["cases"] for c in channels]
    assert sum(parts) == whole
