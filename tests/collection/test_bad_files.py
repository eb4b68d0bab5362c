"""What people really hand in: wrong encodings, exchanged days, NUL, bombs, empty files; each is answered in words."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import pytest
import xlsxwriter
from tests.collection.conftest import Wizard

from qualityloop.collection.models import ImportRun, ImportState, RejectedRow
from qualityloop.operations.models import Ticket

pytestmark = pytest.mark.django_db

HEADER = "id,created_at,subject\n"
GOOD = HEADER + "T1,2026-01-05 08:00:00,打印机坏了 🙂\n"


def workbook(rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("工单")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and cell.startswith("="):
                sheet.write_formula(number, column, cell, value="T7")
            else:
                sheet.write(number, column, cell)
    book.close()
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(wizard: Wizard, encoding: str) -> None:
    wizard.bring(("t.csv", GOOD.encode(encoding)))
    assert Ticket.objects.get().subject == "打印机坏了 🙂"


def test_bytes_that_are_no_text(wizard: Wizard) -> None:
    lines = [f"T{n},2026-01-05 08:00:00,中文\n".encode() for n in range(20)]
    lines[3] = b"T3,2026-01-05 08:00:00,\xff\xfe\x80\n"
    lines[5] = b"T5,2026-01-05 08:00:00,a\x00b\n"
    run = wizard.bring(("t.csv", HEADER.encode() + b"".join(lines)))
    assert run.counts["tickets"]["created"] == 18
    rows = {row.row: row for row in RejectedRow.objects.all()}
    assert rows[5].cells["subject"] == "\\xff\\xfe\\x80"
    assert rows[7].cells["subject"] == "a\\0b"


def test_day_and_month_exchanged(wizard: Wizard) -> None:
    lines = []
    for day in range(1, 29):
        shown = f"{1:02}-{day:02}-2026" if day <= 12 else f"{day:02}-01-2026"
        lines.append(f"T{day},{shown} 08:00:00,x")
    run = wizard.upload(("t.csv", (HEADER + "\n".join(lines) + "\n").encode()))
    assert "exchanged" in wizard.page(run)
    wizard.start(run)
    assert {t.created_at.strftime("%Y-%m") for t in Ticket.objects.all()} == {"2026-01"}
    assert Ticket.objects.count() == 28


def test_a_cell_of_ten_megabytes(wizard: Wizard) -> None:
    big = "x" * (10 << 20)
    run = wizard.bring(("t.csv", (GOOD + f'T2,2026-01-05 08:00:00,"{big}"\nT3,2026-01-05 08:00:00,y\n').encode()))
    assert run.counts["tickets"] == {"created": 2, "updated": 0, "unchanged": 0, "rejected": 1}
    row = RejectedRow.objects.get()
    assert row.row == 3
    assert "longer than 4 MB" in wizard.client.get(f"/import/rejects/{row.pk}/").content.decode()


def test_formula_cells(wizard: Wizard) -> None:
    content = workbook([["id", "created_at", "subject"], ["=1+1", "2026-01-05 08:00:00", "=cmd|' /C calc'!A0"]])
    wizard.bring(("t.xlsx", content))
    assert Ticket.objects.get().number == "T7"  # the value that was computed, never the formula


def test_repeated_and_missing_keys(wizard: Wizard) -> None:
    lines = [f"T{n},2026-01-05 08:00:00,x" for n in range(20)]
    lines += ["T1,2026-01-05 08:00:00,x", ",2026-01-05 08:00:00,no key"]
    run = wizard.bring(("t.csv", (HEADER.replace("id", "ticket_id") + "\n".join(lines) + "\n").encode()))
    assert run.counts["tickets"] == {"created": 20, "updated": 0, "unchanged": 0, "rejected": 1}
    assert "repeat another exactly" in wizard.page(run)
    assert RejectedRow.objects.get().cells["subject"] == "no key"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", b"", "the file is empty"),
        ("t.exe", b"MZ", "this kind of file is not taken"),
        ("t.xlsx", GOOD.encode(), "the file is not what the end of its name says"),
        ("t.parquet", b"PAR2", "the file is not what the end of its name says"),
    ],
    ids=["empty", "kind", "text called xlsx", "no Parquet"],
)
def test_refused_at_the_door(wizard: Wizard, name: str, content: bytes, said: str) -> None:
    assert said in wizard.refused((name, content))
    assert not ImportRun.objects.exists()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<x/>")
        file.writestr("xl/worksheets/sheet1.xml", b"\0" * (300 << 20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.csv", HEADER.encode(), "there are column names but no rows"),
        ("t.csv.gz", gzip.compress(GOOD.encode())[:-9], "the gz file is damaged or incomplete"),
        ("t.xlsx", b"PK\x03\x04 nothing", "damaged"),
        ("t.csv", b"%PDF-1.7 hello", "this is no table"),
        ("t.csv", b"\n \n\n", "blanks"),
        ("t.json", b"[1, 2, 3]", "write one record per line"),
    ],
    ids=["only a header", "cut gz", "broken xlsx", "a PDF", "blanks", "a list"],
)
def test_found_out_when_looking(wizard: Wizard, name: str, content: bytes, said: str) -> None:
    run = wizard.upload((name, content))
    assert said in wizard.page(run)
    wizard.start(run)
    assert run.state in (ImportState.UPLOADED, ImportState.FAILED)
    assert not Ticket.objects.exists()


def test_a_zip_bomb_is_not_unpacked(wizard: Wizard) -> None:
    run = wizard.upload(("t.xlsx", bomb()))
    assert "times its size" in wizard.page(run) or "damaged" in wizard.page(run) or "unpack" in wizard.page(run)


def test_a_bad_file_among_good_ones_is_left_out(wizard: Wizard) -> None:
    run = wizard.upload(("good.csv", GOOD.encode()), ("bad.csv", b"%PDF-1.7 hello"))
    page = wizard.page(run)
    assert "bad.csv" in page
    assert "This file is left out" in page
    assert wizard.start(run).state == ImportState.DONE
    assert Ticket.objects.count() == 1


def test_a_hundred_files(wizard: Wizard) -> None:
    files = [(f"t-{n:03}.csv", f"{HEADER}T{n},2026-01-05 08:00:00,x\n".encode()) for n in range(100)]
    run = wizard.upload(*files)
    assert run.mapping.count("dataset:") == 1
    assert wizard.start(run).counts["tickets"]["created"] == 100


def test_two_files_of_one_name(wizard: Wizard) -> None:
    run = wizard.upload(("t.csv", GOOD.encode()), ("t.csv", GOOD.replace("T1", "T2").encode()))
    assert [file.name for file in run.files.all()] == ["t.csv", "t (2).csv"]
    assert wizard.start(run).counts["tickets"]["created"] == 2


def test_names_cannot_leave_the_folder(wizard: Wizard) -> None:
    run = wizard.upload(("../../../etc/t.csv", GOOD.encode()))
    assert run.files.get().name == "t.csv"
    assert wizard.start(run).state == ImportState.DONE
