"""`inspect` and `diagnose` on files, folders and lakes. The expected numbers are counted by hand from six tickets."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from qualityloop.analysis.lake import Lake
from tests.cli.conftest import TICKETS, Run


def value_of(report: dict[str, Any], key: str, **group: str) -> dict[str, Any]:
    """The one value of an indicator and group."""
    (found,) = [v for v in report["indicators"] if v["key"] == key and v["group"] == group]
    return found


# ---- inspect ----------------------------------------------------------------------------------------------


def test_inspect_writes_a_mapping_and_says_what_it_saw(run: Run, tickets: Path) -> None:
    done = run("inspect", tickets)
    assert done.code == 0
    mapping = yaml.safe_load(done.text)
    assert [table["dataset"] for table in mapping["tables"]] == ["tickets"]
    assert {"ticket_id", "created_at", "channel"} <= mapping["tables"][0]["columns"].keys()
    assert "tickets.csv: 6 rows, 10 columns" in done.err


def test_inspect_to_a_file_and_diagnose_with_it(run: Run, tickets: Path, tmp_path: Path) -> None:
    assert run("inspect", tickets, "-o", "map.yaml", "--quiet").err == ""
    done = run("diagnose", tickets, "--map", "map.yaml", "--format", "json")
    assert done.code == 0
    assert value_of(done.json, "first_response_online")["n"] == 4


def test_inspect_in_chinese(run: Run, tickets: Path) -> None:
    english, chinese = run("inspect", tickets), run("inspect", tickets, "--lang", "zh")
    assert yaml.safe_load(english.text) == yaml.safe_load(chinese.text)
    assert re.search("[一-龥]", chinese.err)
    assert not re.search("[一-龥]", english.err.replace("工单", ""))


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.csv", b""), ("odd.parquet", b"PAR1 no"), ("torn.xlsx", b"PK\x03\x04 and no more")],
)
def test_inspect_refuses_what_is_no_table(run: Run, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    done = run("inspect", name)
    assert done.code == 1
    assert name in done.err
    assert done.out == b""


# ---- diagnose ---------------------------------------------------------------------------------------------


def test_diagnose_counts_as_we_do_by_hand(run: Run, tickets: Path) -> None:
    """Online: T1 3:00, T2 10:00, T3 5:00, T4 4:59 → 3 of 4 in 5 minutes. Phone: 15:00 and 16:00 → 1 of 2."""
    done = run("diagnose", tickets, "--by", "team", "--format", "json", "--quiet")
    assert done.code == 0
    assert done.err == ""
    report = done.json
    assert report["standard"] == {"key": "after-sales", "version": "1"}
    assert report["period"] == {"from": "2026-03-02", "to": "2026-03-04", "grain": "month"}
    online = value_of(report, "first_response_online")
    assert (online["value"], online["numerator"], online["n"]) == (0.75, 3, 4)
    assert value_of(report, "first_response_online", team="A")["value"] == 0.5
    assert value_of(report, "first_response_online", team="B")["value"] == 1
    assert value_of(report, "first_response_phone")["value"] == 0.5
    assert value_of(report, "first_contact_resolution")["value"] == pytest.approx(4 / 5)
    assert value_of(report, "escalation_rate")["value"] == pytest.approx(1 / 6)
    assert value_of(report, "request_volume")["value"] == 6
    assert "csat" in {entry["key"] for entry in report["not_computed"]}
    assert report["rejected"] == {}


def test_period_and_grain(run: Run, tickets: Path) -> None:
    done = run("diagnose", tickets, "--from", "2026-03-03", "--to", "2026-03-03", "--grain", "day", "--format", "json")
    volume = [v for v in done.json["indicators"] if v["key"] == "request_volume"]
    assert [(v["period"], v["value"]) for v in volume] == [("2026-03-03", 2)]


def test_the_zone_moves_days(run: Run, tmp_path: Path) -> None:
    """01:00 in Shanghai on 3 March is still 2 March in London."""
    (tmp_path / "t.csv").write_text("ticket_id,created_at,channel\nT1,2026-03-02T17:00:00Z,phone\n", encoding="utf-8")
    for zone, day in (("Asia/Shanghai", "2026-03-03"), ("Europe/London", "2026-03-02")):
        done = run("diagnose", "t.csv", "--zone", zone, "--grain", "day", "--format", "json")
        assert done.code == 0
        assert done.json["period"]["from"] == day


def test_rejected_rows_are_listed_and_counted(run: Run, tickets: Path, tmp_path: Path) -> None:
    assert run("inspect", tickets, "-o", "map.yaml").code == 0
    wrong = TICKETS.replace("2026-03-03 10:00:00,2026-03-03 10:05:00", "the third of March,2026-03-03 10:05:00")
    (tmp_path / "tickets.csv").write_text(wrong, encoding="utf-8")
    done = run("diagnose", "tickets.csv", "--map", "map.yaml", "-o", "report.json")
    assert done.code == 0
    listed = list(csv.reader(io.StringIO((tmp_path / "report.rejects.csv").read_text(encoding="utf-8-sig"))))
    assert len(listed) == 2
    assert "tickets.csv" in listed[1]
    assert "4" in listed[1]  # the row in the file, the header row counting as 1
    assert "created_at" in listed[1]
    assert "report.rejects.csv" in done.err
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["rejected"]["rows"] == 1
    assert value_of(report, "request_volume")["value"] == 5


def test_a_folder_of_files(run: Run, tmp_path: Path) -> None:
    head, *rows = TICKETS.splitlines()
    (tmp_path / "export").mkdir()
    for number, part in enumerate((rows[:3], rows[3:])):
        (tmp_path / "export" / f"{number}.csv").write_text("\n".join([head, *part]), encoding="utf-8")
    done = run("diagnose", "export", "--format", "json")
    assert value_of(done.json, "request_volume")["value"] == 6


def test_a_lake_is_read_and_not_touched(run: Run, small_lake: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in small_lake.rglob("*") if p.is_file()}
    done = run("diagnose", small_lake, "--format", "json", "--from", "2026-10-01")
    assert done.code == 0
    assert sum(v["value"] for v in done.json["indicators"] if v["key"] == "request_volume") > 50
    assert {p: p.stat().st_mtime_ns for p in small_lake.rglob("*") if p.is_file()} == before
    assert Lake.open(small_lake).snapshot


@pytest.mark.parametrize("option", ["--zone", "--map"])
def test_a_lake_takes_no_options_for_files(run: Run, small_lake: Path, option: str) -> None:
    done = run("diagnose", small_lake, option, "UTC")
    assert done.code == 2
    assert option in done.err


def test_html_is_one_file_that_needs_no_network(run: Run, small_lake: Path, tmp_path: Path) -> None:
    for language, title in (("en", "Service quality diagnosis report"), ("zh", "诊断报告")):
        done = run("diagnose", small_lake, "--lang", language, "-o", f"{language}.html")
        assert done.code == 0, done.err
        page = (tmp_path / f"{language}.html").read_text(encoding="utf-8")
        assert title in page
        assert not re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"'](?!#|data:)", page)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["en.html", "zh.html"]


def test_names_are_given_where_none_is_asked_for(run: Run, small_lake: Path, tmp_path: Path) -> None:
    assert run("diagnose", small_lake).out == b""
    assert run("diagnose", small_lake, "--format", "xlsx").out == b""
    assert sorted(p.name for p in tmp_path.iterdir()) == ["qualityloop-diagnosis.html", "qualityloop-diagnosis.xlsx"]
    done = run("diagnose", small_lake, "--format", "xlsx", "-o", "-")
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(done.out)).namelist()


def test_the_worst_problems_are_said(run: Run, small_lake: Path) -> None:
    done = run("diagnose", small_lake, "-o", "r.json")
    said = re.findall(r"^  \d\. .*$", done.err, re.M)
    assert "Report: r.json" in done.err
    assert len(said) <= 3


def test_a_standard_that_does_not_fit_the_records_is_said(run: Run, tickets: Path, tmp_path: Path) -> None:
    (tmp_path / "surveys.yaml").write_text(
        "key: surveys\nversion: '1'\nname: {zh: 答卷, en: Surveys}\ndimensions: {a: {zh: 甲, en: A}}\nindicators:\n"
        "  - {key: marks, name: {zh: 打分, en: Marks}, dimension: a, dataset: tickets, period: created_at,\n"
        "     formula: mean(queue_seconds), unit: seconds, better: lower, target: 60, warning: 90}\n",
        encoding="utf-8",
    )
    done = run("diagnose", tickets, "--standard", "surveys.yaml", "--format", "json")
    assert done.code == 0, done.err
    assert "None of the standard's indicators" in done.err
    assert [entry["key"] for entry in done.json["not_computed"]] == ["marks"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.csv", None, "missing.csv"),
        ("empty.csv", "", "empty.csv"),
        ("header.csv", TICKETS.splitlines()[0] + "\n", "no"),
        ("other.csv", "colour,size\nred,3\n", "other.csv"),
    ],
)
def test_what_cannot_be_diagnosed(run: Run, tmp_path: Path, name: str, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    before = sorted(p.name for p in tmp_path.iterdir())
    done = run("diagnose", name, "-o", "report.html")
    assert done.code == 1
    assert said in done.err
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_a_mapping_that_is_wrong(run: Run, tickets: Path, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("tables:\n- dataset: tikets\n  columns: {}\n", encoding="utf-8")
    done = run("diagnose", tickets, "--map", "map.yaml")
    assert done.code == 1
    assert "map.yaml" in done.err
    assert "tickets" in done.err  # what was probably meant


def test_spark_that_is_not_there(run: Run, small_lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object, **__: object) -> None:
        raise ImportError("No module named 'pyspark'")

    from qualityloop.cli import records

    monkeypatch.setattr(records, "open_engine", absent)
    done = run("diagnose", small_lake, "--engine", "spark://127.0.0.1:7077", "--format", "json")
    assert done.code == 1
    assert "qualityloop[spark]" in done.err


# ---- exports of other systems ------------------------------------------------------------------------------

EXPORTS = Path(__file__).parent.parent / "analysis" / "files" / "exports"


def test_an_export_of_another_system_by_its_name(run: Run, tmp_path: Path) -> None:
    done = run("inspect", EXPORTS / "zendesk.csv", "--map", "zendesk")
    assert done.code == 0
    columns = yaml.safe_load(done.text)["tables"][0]["columns"]
    assert (columns["ticket_id"], columns["reopened"]["from"]) == ("Id", "Reopens")
    (tmp_path / "map.yaml").write_text(done.text)
    reports = [
        run("diagnose", EXPORTS / "zendesk.csv", *more, "--format", "json").json
        for more in (("--map", "zendesk"), ("--map", "map.yaml"), ())
    ]
    assert reports[0]["indicators"] == reports[1]["indicators"] == reports[2]["indicators"]
    wrong = run("diagnose", EXPORTS / "zendesk.csv", "--map", "zammad")
    assert wrong.code != 0
    assert "no export of zammad" in wrong.err
