"""`mine` on files and lakes. Three cases of nine events, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import EVENTS, Run

COLUMNS = ("--case", "case", "--activity", "step", "--time", "at")


def test_the_map_is_what_we_draw_by_hand(run: Run, events: Path) -> None:
    done = run("mine", events, *COLUMNS, "--format", "json", "--quiet")
    assert done.code == 0
    assert done.err == ""
    found = done.json
    assert (found["cases"], found["events"]) == (3, 9)
    assert found["start"] == {"register": 3}
    assert found["end"] == {"close": 3}
    edges = {(e["source"], e["target"]): (e["count"], e["median_seconds"]) for e in found["edges"]}
    assert edges == {
        ("register", "repair"): (2, 7200),  # 1 h and 3 h
        ("repair", "repair"): (1, 3600),
        ("repair", "close"): (2, 5400),  # 2 h and 1 h
        ("register", "close"): (1, 1800),
    }
    assert found["rework"] == [{"activity": "repair", "cases": 1, "extra": 1}]
    assert sorted((v["path"], v["cases"]) for v in found["variants"]) == [
        (["register", "close"], 1),
        (["register", "repair", "close"], 1),
        (["register", "repair", "repair", "close"], 1),
    ]


def test_columns_are_found(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(EVENTS.replace("case,step,at", "case_id,activity,timestamp"), encoding="utf-8")
    assert run("mine", "log.csv", "--format", "json").json["cases"] == 3


def test_order_and_deviations(run: Run, events: Path) -> None:
    found = run("mine", events, *COLUMNS, "--order", "register,repair,close", "--format", "json").json
    assert found["order"] == ["register", "repair", "close"]
    assert {(d["kind"], d["activity"], d["cases"]) for d in found["deviations"]} == {
        ("skipped", "repair", 1),
        ("repeated", "repair", 1),
    }
    assert found["conforming"] == 1


def test_period(run: Run, events: Path) -> None:
    found = run("mine", events, *COLUMNS, "--from", "2026-03-03", "--to", "2026-03-03", "--format", "json").json
    assert found["cases"] == 1


def test_sequence_breaks_ties(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(
        "case,step,at,n\n1,b,2026-03-02 09:00:00,2\n1,a,2026-03-02 09:00:00,1\n", encoding="utf-8"
    )
    by_file = run("mine", "log.csv", *COLUMNS, "--format", "json").json
    by_number = run("mine", "log.csv", *COLUMNS, "--seq", "n", "--format", "json").json
    assert by_file["variants"][0]["path"] == ["b", "a"]
    assert by_number["variants"][0]["path"] == ["a", "b"]


def test_html(run: Run, events: Path, tmp_path: Path) -> None:
    for language in ("en", "zh"):
        done = run("mine", events, *COLUMNS, "-o", f"{language}.html", "--lang", language)
        assert done.code == 0, done.err
    english, chinese = ((tmp_path / f"{name}.html").read_text(encoding="utf-8") for name in ("en", "zh"))
    assert "register" in english
    assert "Process map" in english
    assert "流程图" in chinese
    assert run("mine", events, *COLUMNS).code == 0
    assert (tmp_path / "qualityloop-process.html").exists()


def test_a_lake(run: Run, small_lake: Path) -> None:
    found = run("mine", small_lake, "--format", "json").json
    assert found["cases"] == 1500
    assert found["start"] == {"受理登记": 1500}
    done = run("mine", small_lake, "--case", "ticket_id")
    assert done.code == 2
    assert "--case" in done.err


def test_rows_that_are_no_events(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(EVENTS + "4,register,sometime,Ann\n", encoding="utf-8")
    done = run("mine", "log.csv", *COLUMNS, "-o", "map.json")
    assert done.code == 0
    listed = (tmp_path / "map.rejects.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(listed) == 2
    assert "log.csv" in listed[1]
    assert ",11," in listed[1]
    assert "map.rejects.csv" in done.err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("events.csv", "--case", "nothing", "--activity", "step", "--time", "at"), "“nothing”"),
        (("missing.csv",), "missing.csv"),
        ((".",), "name the one"),
    ],
)
def test_what_cannot_be_mined(run: Run, events: Path, tmp_path: Path, given: tuple[str, ...], said: str) -> None:
    (tmp_path / "second.csv").write_text(EVENTS, encoding="utf-8")
    done = run("mine", *given, "--format", "json")
    assert done.code == 1
    assert said in done.err
    assert done.out == b""
