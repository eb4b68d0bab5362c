"""The workbook: numbers are numbers, text is text, nothing is a formula."""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook
from tests.reports.samples import BREAKOUT, DIAGNOSIS, FORMULA

from qualityloop.reports import diagnosis_xlsx


@pytest.fixture(scope="module")
def workbook() -> bytes:
    return diagnosis_xlsx.render(DIAGNOSIS, language="en")


def _rows(workbook: bytes, sheet: str) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_name(sheet).to_python()


def _table(workbook: bytes, sheet: str) -> list[dict[str, object]]:
    rows = _rows(workbook, sheet)
    head = next(index for index, row in enumerate(rows) if "Indicator" in row)
    return [dict(zip(map(str, rows[head]), row, strict=True)) for row in rows[head + 1 :]]


def test_sheets(workbook: bytes) -> None:
    names = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).sheet_names
    assert names == [
        *("Overview", "Values", "Problems", "Drivers", "Causes of complaints", "Definitions", "Not computed", "Charts")
    ]


def test_overview_has_the_newest_values(workbook: bytes) -> None:
    first = _table(workbook, "Overview")[0]
    assert first["Indicator"] == "Online first response in time"
    assert first["Value"] == pytest.approx(0.712)
    assert first["Target"] == pytest.approx(0.90)
    assert first["n"] == 1204
    assert first["Status"] == "Missed"


def test_every_value_is_there_as_a_number(workbook: bytes) -> None:
    rows = _table(workbook, "Values")
    assert len(rows) == len(DIAGNOSIS.values.values)
    for row, value in zip(rows, DIAGNOSIS.values.values, strict=True):
        assert row["Period"] == value.period
        assert row["n"] == value.n
        assert row["Value"] == ("" if value.value is None else pytest.approx(value.value))
    assert rows[0]["Period"] == date(2026, 1, 1)


def test_text_stays_text(workbook: bytes) -> None:
    groups = {str(row["Group"]) for row in _table(workbook, "Values")}
    assert any(FORMULA in group for group in groups)
    assert any(BREAKOUT in group for group in groups)
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        relations = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/_rels")]
    assert len(sheets) == 8
    assert not any(re.search(r"<f[ >]|<hyperlink", sheet) for sheet in sheets)
    assert [re.findall('Type="[^"]*/([a-z]+)"', one) for one in relations] == [["drawing"]]  # charts, never a link
    assert "External" not in "".join(relations)
    assert all("<autoFilter" in sheet and 'state="frozen"' in sheet for sheet in sheets[:7])


def test_drivers_and_reasons(workbook: bytes) -> None:
    drivers = _table(workbook, "Drivers")
    assert drivers[0]["Share of the gap"] == pytest.approx(0.63)
    assert drivers[1]["Value"] == ""
    assert _rows(workbook, "Not computed")[1] == ["Net promoter score", "column “nps”"]


def test_the_same_diagnosis_gives_the_same_bytes(workbook: bytes) -> None:
    assert diagnosis_xlsx.render(DIAGNOSIS, language="en") == workbook


def test_causes_of_complaints_are_counted_over_all_periods() -> None:
    value = DIAGNOSIS.values.values[0]
    counted = [("rude", 40), ("late", 20), ("rude", 30), (None, 10)]
    causes = tuple(dataclasses.replace(value, group=(("category", name),), n=n) for name, n in counted)
    workbook = diagnosis_xlsx.render(dataclasses.replace(DIAGNOSIS, causes=causes), language="en")
    head, *rows = _rows(workbook, "Causes of complaints")
    assert head == ["Cause", "Count", "Share", "Cumulative share"]
    assert [row[:2] for row in rows] == [["rude", 70], ["late", 20], ["no category", 10]]
    assert [row[2] for row in rows] == pytest.approx([0.7, 0.2, 0.1])
    assert [row[3] for row in rows] == pytest.approx([0.7, 0.9, 1])
