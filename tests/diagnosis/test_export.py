"""Files that tables are exported to."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime

import pytest
from python_calamine import CalamineWorkbook

from qualityloop.foundation.export import csv_lines, safe_text, table_response

ROWS = [
    ["=1+1", 1.5, True, datetime(2026, 10, 1, 8, 30), date(2026, 10, 1), None],
    ["-2", -2, False, datetime(2026, 10, 2), date(2026, 10, 2), "正常,\n两行"],
]
HEADER = ["text", "number", "flag", "at", "day", "note"]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1+2", "@SUM(1)", "\t=1", "\r=1", "\n=1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    assert safe_text(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=b", "2026-10-01", "夜班", "1-2"])
def test_harmless_text_stays(text: str) -> None:
    assert safe_text(text) == text


def test_csv_opens_in_excel_with_its_chinese() -> None:
    text = "".join(csv_lines(HEADER, ROWS))
    assert text.startswith("\ufefftext,")
    found = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert found[1] == ["'=1+1", "1.5", "true", "2026-10-01 08:30:00", "2026-10-01", ""]
    assert found[2] == ["'-2", "-2", "false", "2026-10-02 00:00:00", "2026-10-02", "正常,\n两行"]


def test_excel_has_numbers_as_numbers_and_text_as_text() -> None:
    response = table_response("x", "xlsx", HEADER, ROWS)
    content = b"".join(response)  # type: ignore[arg-type]
    assert response["Content-Disposition"] == 'attachment; filename="x.xlsx"'
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0] == HEADER
    assert rows[1][:5] == ["=1+1", 1.5, True, datetime(2026, 10, 1, 8, 30), date(2026, 10, 1)]
    assert rows[2][1] == -2
