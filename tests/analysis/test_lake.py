"""The lake: local months, derived columns, atomic snapshots, content hashes."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from qualityloop.analysis.calendar import WorkingCalendar
from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.lake import Lake, LakeWriter
from qualityloop.analysis.messages import AnalysisError

INSTANT = pa.timestamp("us")


def tickets(*rows: tuple[str, datetime, datetime | None]) -> pa.Table:
    """(ticket_id, created_at, first_response_at), UTC."""
    ids, created, answered = zip(*rows, strict=True)
    return pa.table(
        {
            "ticket_id": pa.array(ids, pa.string()),
            "created_at": pa.array(created, INSTANT),
            "first_response_at": pa.array(answered, INSTANT),
        }
    )


MARCH = ("T1", datetime(2026, 3, 31, 15, 59), datetime(2026, 3, 31, 16, 4))  # 31 March 23:59 in Shanghai
APRIL = ("T2", datetime(2026, 3, 31, 16, 0), None)  # 1 April 0:00 in Shanghai
MAY = ("T3", datetime(2026, 5, 2, 1, 0), datetime(2026, 5, 2, 4, 30))  # a Saturday, 9:00 to 12:30


def written(path: Path, *rows: tuple[str, datetime, datetime | None]) -> Lake:
    with LakeWriter(path) as writer:
        writer.write("tickets", tickets(*rows))
        return writer.commit()


def test_partitions_and_derived_columns_follow_the_local_calendar(tmp_path: Path) -> None:
    lake = written(tmp_path, MAY, APRIL, MARCH)
    dataset = lake.datasets["tickets"]
    assert [(p.month, p.rows) for p in dataset.partitions] == [("2026-03", 1), ("2026-04", 1), ("2026-05", 1)]
    assert dataset.partitions[0].ranges["created_at_day"] == (date(2026, 3, 31), date(2026, 3, 31))
    assert dataset.partitions[0].ranges["first_response_at_day"] == (date(2026, 4, 1), date(2026, 4, 1))
    assert dataset.days("created_at_day") == (date(2026, 3, 31), date(2026, 5, 2))
    assert [p.month for p in dataset.between("created_at_day", date(2026, 4, 1), date(2026, 4, 30))] == ["2026-04"]
    with open_engine() as engine:
        engine.attach("tickets", dataset.files)
        rows = engine.query(
            "SELECT ticket_id, created_at_day, hour, weekday, first_response_minutes FROM tickets ORDER BY ticket_id"
        ).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        ("T1", date(2026, 3, 31), 23, 2, 5.0),
        ("T2", date(2026, 4, 1), 0, 3, None),
        ("T3", date(2026, 5, 2), 9, 6, 210.0),
    ]
    assert "resolution_hours" not in dataset.columns
    assert "working_first_response_minutes" not in dataset.columns


def test_working_time_needs_a_calendar(tmp_path: Path) -> None:
    calendar = WorkingCalendar(week={6: (("09:00", "12:00"),)})
    with LakeWriter(tmp_path, calendar=calendar) as writer:
        writer.write("tickets", tickets(APRIL, MAY))
        lake = writer.commit()
    with open_engine() as engine:
        engine.attach("tickets", lake.datasets["tickets"].files)
        rows = engine.query("SELECT working_first_response_minutes AS w FROM tickets ORDER BY ticket_id").to_pylist()
    assert [row["w"] for row in rows] == [None, 180.0]
    assert Lake.open(tmp_path).calendar == WorkingCalendar.from_json(calendar.to_json())


def test_the_same_rows_give_the_same_snapshot_in_any_order(tmp_path: Path) -> None:
    first = written(tmp_path / "a", MARCH, APRIL, MAY)
    second = written(tmp_path / "b", MAY, MARCH, APRIL)
    assert first.snapshot == second.snapshot
    assert written(tmp_path / "c", MARCH, APRIL).snapshot != first.snapshot


def test_replacing_a_month_leaves_the_others_untouched(tmp_path: Path) -> None:
    before = {p.month: p.hash for p in written(tmp_path, MARCH, APRIL, MAY).datasets["tickets"].partitions}
    late = ("T4", datetime(2026, 5, 3, 1, 0), None)
    with LakeWriter(tmp_path) as writer:
        writer.write("tickets", tickets(MAY, late), mode="months")
        lake = writer.commit()
    after = {p.month: p.hash for p in lake.datasets["tickets"].partitions}
    assert {m for m in after if after[m] != before[m]} == {"2026-05"}
    assert lake.datasets["tickets"].rows == 4


def test_a_reader_of_the_snapshot_before_still_reads(tmp_path: Path) -> None:
    old = written(tmp_path, MARCH)
    written(tmp_path, APRIL)
    with open_engine() as engine:
        engine.attach("tickets", old.datasets["tickets"].files)
        assert engine.query("SELECT ticket_id FROM tickets").to_pylist() == [{"ticket_id": "T1"}]
    written(tmp_path, MAY)
    assert not old.datasets["tickets"].files[0].exists()


def test_nothing_is_visible_before_commit_and_nothing_stays_without_it(tmp_path: Path) -> None:
    lake = written(tmp_path, MARCH)
    with LakeWriter(tmp_path) as writer:
        writer.write("tickets", tickets(APRIL))
        assert Lake.open(tmp_path).snapshot == lake.snapshot
    assert Lake.open(tmp_path).snapshot == lake.snapshot
    assert sorted(p.name for p in tmp_path.iterdir()) == [".lock", "manifest.json", "tickets"]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    with LakeWriter(tmp_path), pytest.raises(AnalysisError, match="another process"):
        LakeWriter(tmp_path)


@pytest.mark.parametrize("content", [None, "{", "[]", json.dumps({"format": 99})])
def test_no_lake_or_a_broken_one_is_said(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(AnalysisError):
        Lake.open(tmp_path)


def test_a_missing_or_damaged_file_is_said(tmp_path: Path) -> None:
    lake = written(tmp_path, MARCH)
    file = lake.datasets["tickets"].files[0]
    file.write_bytes(b"not parquet")
    with open_engine() as engine, pytest.raises(AnalysisError, match="cannot be read"):
        engine.attach("tickets", [file])
    file.unlink()
    with pytest.raises(AnalysisError, match="missing"):
        Lake.open(tmp_path)


def test_the_contract_is_enforced(tmp_path: Path) -> None:
    good = tickets(MARCH)
    for table in (
        good.append_column("colour", pa.array(["red"])),
        good.drop_columns(["ticket_id"]),
        good.set_column(0, "ticket_id", pa.array([1], pa.int64())),
    ):
        with LakeWriter(tmp_path) as writer, pytest.raises(ValueError, match="tickets"):
            writer.write("tickets", table)


def merged(path: Path, rows: pa.Table, *gone: str) -> Lake:
    """`rows` in the place of those with the same number, without the tickets numbered `gone`."""
    with LakeWriter(path) as writer:
        writer.merge("tickets", rows, [pa.table({"ticket_id": pa.array(gone, pa.string())})] if gone else ())
        return writer.commit()


def sparse(path: Path, *rows: tuple[str, datetime, datetime | None]) -> Lake:
    with LakeWriter(path) as writer:
        writer.write("tickets", tickets(*rows), sparse=True)
        return writer.commit()


NOTHING = tickets(APRIL).slice(0, 0)


def test_merging_rows_is_writing_them_all_anew(tmp_path: Path) -> None:
    sparse(tmp_path / "a", MARCH, APRIL, MAY)
    moved = ("T1", datetime(2026, 5, 9), None)
    new = ("T4", datetime(2026, 6, 1), None)
    found = merged(tmp_path / "a", tickets(moved, new), "T2")
    assert found.snapshot == sparse(tmp_path / "b", moved, new, MAY).snapshot
    assert [(p.month, p.rows) for p in found.datasets["tickets"].partitions] == [("2026-05", 2), ("2026-06", 1)]


def test_merging_writes_only_the_months_that_differ(tmp_path: Path) -> None:
    before = sparse(tmp_path, MARCH, APRIL, MAY)
    with LakeWriter(tmp_path) as writer:
        again = writer.merge("tickets", tickets(MARCH, APRIL))
        assert (again.written, again.gone, again.months) == (0, 0, ())
        assert writer.commit().snapshot == before.snapshot
    with LakeWriter(tmp_path) as writer:
        result = writer.merge("tickets", tickets((*APRIL[:2], datetime(2026, 4, 2))))
        assert (result.written, result.gone, result.months) == (1, 0, ("2026-04",))
        after = writer.commit()
    pairs = zip(before.datasets["tickets"].partitions, after.datasets["tickets"].partitions, strict=True)
    assert [a.hash == b.hash for a, b in pairs] == [True, False, True]


def test_a_column_without_any_value_is_absent_until_it_has_one(tmp_path: Path) -> None:
    lake = sparse(tmp_path, APRIL)
    assert lake.datasets["tickets"].columns == {"ticket_id", "created_at", "created_at_day", "hour", "weekday"}
    lake = merged(tmp_path, tickets(MAY))
    assert {"first_response_at", "first_response_minutes"} <= lake.datasets["tickets"].columns
    lake = merged(tmp_path, NOTHING, "T3")
    assert "first_response_at" not in lake.datasets["tickets"].columns
    assert merged(tmp_path, NOTHING, "T2").datasets == {}


def test_the_beginning_of_a_key_stands_for_all_rows_that_begin_so(tmp_path: Path) -> None:
    def events(*keys: tuple[str, int]) -> pa.Table:
        return pa.table(
            {
                "ticket_id": pa.array([key[0] for key in keys], pa.string()),
                "seq": pa.array([key[1] for key in keys], pa.int64()),
                "at": pa.array([datetime(2026, 4, 1, 8)] * len(keys), INSTANT),
                "activity": pa.array(["x"] * len(keys), pa.string()),
            }
        )

    with LakeWriter(tmp_path) as writer:
        writer.write("ticket_events", events(("T1", 1), ("T1", 2), ("T2", 1), ("T2", 2)), sparse=True)
        one = pa.table({"ticket_id": pa.array(["T2"]), "seq": pa.array([1], pa.int64())})
        all_of = pa.table({"ticket_id": pa.array(["T1"])})
        result = writer.merge("ticket_events", events(("T1", 2)).slice(0, 0), [one, all_of])
        assert (result.written, result.gone) == (0, 3)
        found = writer.keys_where("ticket_events", "ticket_id", pa.array(["T1", "T2"]))
        assert found.to_pylist() == [{"ticket_id": "T2", "seq": 2}]


def test_what_a_killed_writer_left_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".staging-left" / "tickets").mkdir(parents=True)
    sparse(tmp_path, APRIL)
    assert list(tmp_path.glob(".staging-*")) == []


def test_replaced_files_are_kept_for_slow_readers(tmp_path: Path) -> None:
    first = sparse(tmp_path, APRIL)
    for day in (2, 3, 4):
        with LakeWriter(tmp_path, keep_seconds=3600) as writer:
            writer.merge("tickets", tickets((*APRIL[:2], datetime(2026, 4, day))))
            writer.commit()
    assert all(file.is_file() for file in first.datasets["tickets"].files)
    for day in (5, 6):
        merged(tmp_path, tickets((*APRIL[:2], datetime(2026, 4, day))))
    assert not any(file.is_file() for file in first.datasets["tickets"].files)
    assert len(list((tmp_path / "tickets").glob("*.parquet"))) == 2


def test_what_a_commit_notes_is_no_part_of_the_snapshot(tmp_path: Path) -> None:
    first = sparse(tmp_path, APRIL)
    with LakeWriter(tmp_path) as writer:
        noted = writer.commit(source={"taken_at": "now"})
    assert noted.snapshot == first.snapshot
    assert Lake.open(tmp_path).source == {"taken_at": "now"}
