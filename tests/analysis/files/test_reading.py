"""What waits is delivered in pieces, always in the same order; repaired rows take the place of rejected ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from qualityloop.analysis.files.mapping_loading import parse_mapping
from qualityloop.analysis.files.reading import Delivery, Reading
from qualityloop.analysis.files.rejects import Rejects
from qualityloop.analysis.files.repairs import NOTHING, Repairs
from qualityloop.analysis.files.source import Broken

TICKETS = (
    "version: 1\ntables:\n  - dataset: tickets\n    files: [t.csv]\n    columns: {ticket_id: id, created_at: opened}\n"
)
LOG = """version: 1
zone: UTC
tables:
  - dataset: ticket_events
    files: [log.csv]
    columns: {ticket_id: case, seq: {numbered: true}, at: when, activity: what}
  - dataset: tickets
    files: [log.csv]
    events: {case: case, activity: what, time: when}
    columns: {ticket_id: {take: first, of: case}, created_at: {take: first}, resolved_at: {take: last}}
"""


class Listed(Rejects):
    """Keeps rejected rows in a list."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, str, Broken]] = []

    def _keep(self, file: str, dataset: str, broken: Broken) -> None:
        self.rows.append((file, dataset, broken))

    def _place(self) -> int:
        return len(self.rows)

    def _forget(self, place: int) -> None:
        del self.rows[place:]


def read(
    files: Sequence[Path], mapping: str, temp: Path, repairs: Repairs = NOTHING, size: int = 7, start: int = 0
) -> tuple[dict[str, list[Delivery]], Listed]:
    rejects = Listed()
    with Reading(files, parse_mapping(mapping, "m"), rejects, temp=temp, repairs=repairs) as reading:
        reading.read()
        return {name: list(reading.deliveries(name, size, start)) for name in reading.rows}, rejects


def column(deliveries: list[Delivery], name: str) -> list[Any]:
    return pa.concat_tables([one.table for one in deliveries])[name].to_pylist() if deliveries else []


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    lines = [f"T{n},2026-01-{n % 28 + 1:02} 08:00:00" for n in range(40)]
    lines[3] = "T3,yesterday"
    lines[9] = "T9,2026-01-10 08:00:00,too much"
    lines[30] = "T5,2026-01-11 08:00:00"
    path = tmp_path / "t.csv"
    path.write_text("id,opened\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_pieces_in_the_order_of_the_file(tickets: Path, tmp_path: Path) -> None:
    found, rejects = read([tickets], TICKETS, tmp_path)
    assert [one.table.num_rows for one in found["tickets"]] == [7, 7, 7, 7, 7, 2]
    expected = [f"T{n}" for n in range(40) if n not in (3, 9, 30)]
    assert column(found["tickets"], "ticket_id") == expected
    assert [row for one in found["tickets"] for row in one.rows] == [int(key[1:]) + 2 for key in expected]
    assert {name for one in found["tickets"] for name in one.sources} == {"t.csv"}
    assert sorted((broken.row, broken.column) for _, _, broken in rejects.rows) == [
        (5, "opened"),
        (11, None),
        (32, "id"),
    ]
    assert next(b for _, _, b in rejects.rows if b.row == 5).cells == {"id": "T3", "opened": "yesterday"}


@pytest.mark.parametrize("start", [0, 1, 13, 36, 37])
def test_the_rest_after_a_break(tickets: Path, tmp_path: Path, start: int) -> None:
    whole, _ = read([tickets], TICKETS, tmp_path / "a")
    rest, _ = read([tickets], TICKETS, tmp_path / "b", size=5, start=start)
    assert column(rest["tickets"], "ticket_id") == column(whole["tickets"], "ticket_id")[start:]


def test_repaired_rows_alone(tickets: Path, tmp_path: Path) -> None:
    tickets.write_text("not even opened\n", encoding="utf-8")
    rows = {5: {"id": "T3", "opened": "2026-01-04 08:00:00"}, 32: {"id": "T30", "opened": "never"}}
    repairs = Repairs({("t.csv", "tickets"): rows}, alone=True)
    found, rejects = read([tickets], TICKETS, tmp_path, repairs)
    assert column(found["tickets"], "ticket_id") == ["T3"]
    assert [(b.row, str(b.reason)) for _, _, b in rejects.rows] == [
        (32, "this is not an instant as the mapping describes it")
    ]


def test_repaired_rows_in_their_file(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "case,what,when\nA,open,2026-01-01 08:00:00\nA,work,soon\nA,solve,2026-01-01 10:00:00\n"
        "B,open,2026-01-02 08:00:00\n",
        encoding="utf-8",
    )
    before, rejects = read([path], LOG, tmp_path / "a")
    assert column(before["ticket_events"], "seq") == [1, 2, 1]
    assert {(dataset, b.row) for _, dataset, b in rejects.rows} == {("ticket_events", 3), ("tickets", 3)}
    cells = {"case": "A", "what": "work", "when": "2026-01-01 11:00:00"}
    repairs = Repairs({("log.csv", "ticket_events"): {3: cells}, ("log.csv", "tickets"): {3: cells}})
    after, rejects = read([path], LOG, tmp_path / "b", repairs)
    assert not rejects.rows
    events = sorted(zip(*(column(after["ticket_events"], c) for c in ("ticket_id", "seq", "activity")), strict=True))
    assert events == [("A", 1, "open"), ("A", 2, "solve"), ("A", 3, "work"), ("B", 1, "open")]
    solved = dict(zip(column(after["tickets"], "ticket_id"), column(after["tickets"], "resolved_at"), strict=True))
    assert solved["A"].hour == 11


def test_rows_that_somebody_refuses_are_found_again(tickets: Path, tmp_path: Path) -> None:
    rejects = Listed()
    with Reading([tickets], parse_mapping(TICKETS, "m"), rejects, temp=tmp_path) as reading:
        reading.read()
        found = list(reading.rows_of({"t.csv": {2, 40}}, "tickets"))
    assert [(name, b.row, b.cells and b.cells["id"]) for name, b in found] == [("t.csv", 2, "T0"), ("t.csv", 40, "T38")]
