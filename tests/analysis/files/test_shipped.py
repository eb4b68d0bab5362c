"""Exports of other systems, written by hand after their public formats, read by the mappings that come with us."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from qualityloop.analysis.files import Mapping, ingest, inspect_files
from qualityloop.analysis.files.shipped import recognised, shipped_mapping, shipped_mappings, shipped_names
from qualityloop.analysis.messages import AnalysisError

EXPORTS = Path(__file__).parent / "exports"
SHOWN = (
    "ticket_id", "created_at", "first_response_at", "resolved_at", "closed_at", "channel", "kind", "priority", "status",
    "team", "agent", "customer", "subject", "reopened", "handling_minutes", "source",
)  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}")


def rows(folder: Path, files: list[Path], mapping: Mapping | None) -> tuple[list[dict[str, Any]], Any]:
    """The tickets in the lake, in the order of their numbers, empty cells left out."""
    read = ingest(files, mapping, folder / "lake", rejects=folder / "rejects.csv")
    parquet = [str(file) for file in read.lake.datasets["tickets"].files]
    with duckdb.connect() as connection:
        found = connection.execute("SELECT * FROM read_parquet($1) ORDER BY ticket_id", [parquet])
        names = [column[0] for column in found.description]
        cells = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return [{name: row[name] for name in SHOWN if row.get(name) is not None} for row in cells], read


# Instants are UTC: wall clock times of Shanghai are eight hours earlier there.
WANTED: dict[str, list[dict[str, Any]]] = {
    "zendesk.csv": [
        {"ticket_id": "1042", "created_at": at("02 01:15"), "resolved_at": at("03 02:00"), "channel": "email",
         "kind": "incident", "priority": "high", "status": "solved", "team": "一线", "agent": "李工",
         "customer": "王女士", "subject": "打印机卡纸", "reopened": 2, "source": "zendesk"},
        {"ticket_id": "1043", "created_at": at("02 02:00"), "channel": "form", "kind": "question", "status": "open",
         "team": "一线", "customer": "张先生", "subject": "退款多久到账", "reopened": 0, "source": "zendesk"},
    ],
    "zendesk.json": [
        {"ticket_id": "2001", "created_at": at("02 01:15"), "resolved_at": at("03 02:00"), "channel": "phone",
         "kind": "incident", "priority": "urgent", "status": "closed", "team": "12", "agent": "77", "customer": "501",
         "subject": "打印机卡纸", "reopened": 1, "source": "zendesk"},
        {"ticket_id": "2002", "created_at": at("02 02:00"), "channel": "online", "status": "hold", "team": "12",
         "customer": "502", "subject": "退款", "reopened": 0, "source": "zendesk"},
    ],
    "freshdesk.csv": [
        {"ticket_id": "301", "created_at": at("02 01:15"), "first_response_at": at("02 01:27:30"),
         "resolved_at": at("02 07:00"), "closed_at": at("04 07:00"), "channel": "phone", "kind": "incident",
         "priority": "urgent", "status": "closed", "team": "一线", "agent": "李工", "customer": "王女士",
         "subject": "打印机卡纸", "handling_minutes": 90.0, "source": "freshdesk"},
        {"ticket_id": "302", "created_at": at("02 02:00"), "channel": "form", "priority": "medium",
         "status": "waiting_on_customer", "customer": "张先生", "subject": "退款多久到账", "handling_minutes": 0.0,
         "source": "freshdesk"},
    ],
    "zammad.json": [
        {"ticket_id": "22001", "created_at": at("02 01:15:00.759"), "first_response_at": at("02 01:27:30.790"),
         "resolved_at": at("03 02:00"), "closed_at": at("03 02:00"), "channel": "phone", "priority": "high",
         "status": "closed", "team": "一线", "agent": "li@example.com", "customer": "wang@example.com",
         "subject": "打印机卡纸", "source": "zammad"},
        {"ticket_id": "22002", "created_at": at("02 02:00"), "channel": "email", "priority": "normal",
         "status": "pending", "team": "一线", "customer": "zhang@example.com", "subject": "退款", "source": "zammad"},
    ],
    "chatwoot.json": [  # 1772414100 is 2026-03-02 01:15:00 UTC
        {"ticket_id": "41", "created_at": at("02 01:15"), "first_response_at": at("02 01:27:30"), "channel": "online",
         "priority": "high", "status": "resolved", "team": "一线", "agent": "李工", "customer": "王女士",
         "source": "chatwoot"},
        {"ticket_id": "42", "created_at": at("02 02:00"), "channel": "email", "status": "open", "customer": "张先生",
         "subject": "退款", "source": "chatwoot"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", WANTED)
@pytest.mark.parametrize("by", ["name", "look"])
def test_an_export_is_read_as_its_system_means_it(name: str, by: str, tmp_path: Path) -> None:
    """With the name of the system, and recognised by its columns alone."""
    file = EXPORTS / name
    mapping = shipped_mapping(name.partition(".")[0], [file]) if by == "name" else inspect_files(file).mapping
    found, read = rows(tmp_path, [file], mapping)
    assert found == WANTED[name]
    assert read.rejected == 0


def test_it_is_said_that_an_export_was_recognised() -> None:
    notes = [note.in_language("en") for note in inspect_files(EXPORTS / "freshdesk.csv").notes]
    assert any("recognised as “Freshdesk export”" in note and "developers.freshdesk.com" in note for note in notes)


def test_wall_clock_times_are_those_of_the_zone_that_is_named(tmp_path: Path) -> None:
    file = EXPORTS / "zendesk.csv"
    for number, mapping in enumerate(
        (inspect_files(file, zone="Europe/Berlin").mapping, shipped_mapping("zendesk", [file], "Europe/Berlin"))
    ):
        (tmp_path / str(number)).mkdir()
        found, _read = rows(tmp_path / str(number), [file], mapping)
        assert found[0]["created_at"] == at("02 08:15")


def test_a_report_of_zammad_as_excel(tmp_path: Path) -> None:
    """Title in the first row, names in the third, the zone in the last: as lib/excel_sheet.rb writes it."""
    file = tmp_path / "tickets.xlsx"
    head = ["#", "Title", "State", "Priority", "Group", "Owner", "Customer", "Organization", "Create Channel", "Sender",
            "Tags", "Time Units Total", "Created At", "Updated At", "Closed At", "Close Escalation At",
            "First Response At", "Article Count"]  # fmt: skip
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        when = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_string(0, 0, "2026-3")
        sheet.write_row(2, 0, head)
        one = ["22001", "打印机卡纸", "closed", "3 high", "一线", "李工", "王女士", "", "phone", "Customer", "", ""]
        sheet.write_row(3, 0, one)
        for column, text in ((12, "02 09:15"), (13, "03 10:00"), (14, "03 10:00"), (16, "02 09:27:30")):
            sheet.write_datetime(3, column, at(text), when)
        sheet.write_string(5, 0, "Timezone: Asia/Shanghai")
    found, read = rows(tmp_path, [file], None)
    assert found == [
        {"ticket_id": "22001", "created_at": at("02 01:15"), "first_response_at": at("02 01:27:30"),
         "resolved_at": at("03 02:00"), "closed_at": at("03 02:00"), "channel": "phone", "priority": "high",
         "status": "closed", "team": "一线", "agent": "李工", "customer": "王女士", "subject": "打印机卡纸",
         "source": "zammad"},
    ]  # fmt: skip
    assert read.rejected == 1  # the line with the zone


def test_what_the_export_leaves_out_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text("ticket id,CREATED TIME,due by time,status,source\n1,2026-03-02 09:15:00,,Open,Phone\n")
    (found,), _read = rows(tmp_path, [file], None)
    assert found == {"ticket_id": "1", "created_at": at("02 01:15"), "channel": "phone", "status": "open",
                     "source": "freshdesk"}  # fmt: skip


def test_other_files_are_no_exports(tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text("ticket_id,created_at\n1,2026-03-02 09:15:00\n")
    with pytest.raises(AnalysisError, match="zendesk"):
        shipped_mapping("zendesk", [file])
    with pytest.raises(AnalysisError, match="freshdesk"):
        shipped_mapping("nothing", [file])
    assert recognised(("ticket_id", "created_at")) is None


def test_every_mapping_cites_where_its_format_is_described() -> None:
    for one in shipped_mappings():
        assert one.documentation.startswith("https://")
        assert one.mapping.tables
        used = {name for rule in one.mapping.tables[0].columns for name in rule.sources}
        assert used & set(one.needs)
    assert {"zendesk", "freshdesk", "zammad", "chatwoot"} <= set(shipped_names())
