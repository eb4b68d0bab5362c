"""What is found by looking at files: the dataset, and the columns of an event log."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.files import inspect_files, read_events
from qualityloop.analysis.process import mine

HEADER = "ticket_id,created_at,channel,team\n"


def tickets(*instants: str) -> str:
    return HEADER + "".join(f"{n},{instant},电话,夜班\n" for n, instant in enumerate(instants))


def test_one_unreadable_instant_in_six_does_not_change_what_the_file_is(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(tickets(*["2026-03-01 08:00"] * 2, "nonsense", *["2026-03-02 09:00:00"] * 3))
    found = inspect_files(tmp_path / "a.csv")
    (table,) = found.mapping.tables
    assert table.dataset == "tickets"
    rule = table.rule("created_at")
    assert rule is not None
    assert rule.sources == ("created_at",)
    assert not found.incomplete
    assert any("created_at" in str(note) and "cannot be read" in str(note) for note in found.notes)


def test_names_of_columns_weigh_more_than_completeness(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(tickets("soon", "later", "never"))
    found = inspect_files(tmp_path / "a.csv")
    assert found.mapping.tables[0].dataset == "tickets"
    assert found.incomplete == {"a.csv": ("created_at",)}


def test_a_log_with_lifecycle_measures_handling(tmp_path: Path) -> None:
    steps = [("start", "08:00"), ("complete", "08:30"), ("start", "09:00"), ("complete", "09:10")]
    events = "".join(
        f'<event><string key="concept:name" value="{"check" if n < 2 else "repair"}"/>'
        f'<string key="lifecycle:transition" value="{state}"/>'
        f'<date key="time:timestamp" value="2026-03-01T{clock}:00+08:00"/></event>'
        for n, (state, clock) in enumerate(steps)
    )
    path = tmp_path / "a.xes"
    path.write_text(f'<log><trace><string key="concept:name" value="c1"/>{events}</trace></log>')
    table = read_events(path)
    assert table["lifecycle"].to_pylist() == ["start", "complete", "start", "complete"]
    with open_engine("duckdb") as engine:
        found = mine(table, engine=engine).to_json()
    handling = {step["activity"]: step["handling"]["total_seconds"] for step in found["steps"]}
    assert handling == {"check": 1800, "repair": 600}
    assert found["edges"][0]["median_seconds"] == 1800


def test_start_and_complete_timestamps(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Case ID,Activity,Start Timestamp,Complete Timestamp\n"
        "1,a,2026-03-01 08:00:00,2026-03-01 08:05:00\n1,b,2026-03-01 09:00:00,\n"
    )
    table = read_events(path, zone="UTC")
    assert table["at"].to_pylist() == [datetime(2026, 3, 1, 8), datetime(2026, 3, 1, 9)]
    assert table["ended_at"].to_pylist() == [datetime(2026, 3, 1, 8, 5), None]


def test_a_repeated_key_far_down_a_file_is_noticed(tmp_path: Path) -> None:
    rows = "".join(f"{n},2026-03-01 08:00:00,电话,夜班\n" for n in range(320_000))
    (tmp_path / "a.csv").write_text(HEADER + rows + "7,2026-03-01 08:00:00,电话,夜班\n")
    said = " ".join(str(note) for note in inspect_files(tmp_path / "a.csv").notes)
    assert "320001 rows" in said
    assert "1 rows repeat a key" in said
