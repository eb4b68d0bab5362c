"""The diagnosis report on paper: Word with Word's own charts, PDF with drawings, a workbook with charts."""

from __future__ import annotations

import io
import xml.etree.ElementTree as Xml
import zipfile
from typing import Any

import pytest
from docx import Document as Word
from python_calamine import CalamineWorkbook
from tests.reports.samples import BREAKOUT, DIAGNOSIS, FIRST_RESPONSE, PROBLEM

from qualityloop.diagnosis import payloads
from qualityloop.reports import diagnosis_pdf, diagnosis_word, diagnosis_xlsx
from qualityloop.reports.drawing import axis_number, pareto_svg, trend_svg
from qualityloop.reports.handbook.pdf import missing

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@pytest.fixture(scope="module", params=["zh", "en"])
def word(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    return request.param, diagnosis_word.render(DIAGNOSIS, language=request.param)


def test_word_says_problems_grades_drivers_values_and_definitions(word: tuple[str, bytes]) -> None:
    language, body = word
    paper = Word(io.BytesIO(body))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    words = "\n".join([*(p.text for p in paper.paragraphs), *cells])
    assert PROBLEM.sentence.in_language(language) in words
    assert {"zh": "重要", "en": "Important"}[language] in words
    assert BREAKOUT in words  # what tries to break out is text
    for indicator in DIAGNOSIS.standard.indicators:
        assert indicator.name.in_language(language) in words
        assert indicator.formula in words
    assert "snap-1" in words


def test_words_own_charts_hold_the_numbers(word: tuple[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(word[1])) as package:
        names = [name for name in package.namelist() if name.startswith("word/charts/")]
        charts = [Xml.fromstring(package.read(name)) for name in names]
        document = package.read("word/document.xml").decode()
        types = package.read("[Content_Types].xml").decode()
    assert len(charts) == document.count("<c:chart ") == len(set(names)) >= 4
    assert types.count("drawingml.chart+xml") == len(names)
    series = [v for v in DIAGNOSIS.values.values if v.key == FIRST_RESPONSE.key and not v.group]
    points = {
        int(p.get("idx", "")): p.findtext(f"{CHART}v") for p in charts[0].find(f".//{CHART}val").iter(f"{CHART}pt")
    }  # type: ignore[union-attr]
    assert {at: float(number or 0) for at, number in points.items()} == {
        at: value.value for at, value in enumerate(series) if value.value is not None
    }
    assert any(chart.find(f".//{CHART}barChart") is not None for chart in charts)


def _trend(**more: Any) -> dict[str, Any]:
    series = [v for v in DIAGNOSIS.values.values if v.key == FIRST_RESPONSE.key and not v.group]
    return {**payloads.trend(FIRST_RESPONSE, series, "month", "zh"), **more}


def test_a_trend_is_drawn_to_scale_with_gap_and_signal() -> None:
    drawing = Xml.fromstring(trend_svg(_trend()))
    line = drawing.findall(".//{*}path[@fill='none']")[-1]
    assert line.get("d", "").count("M") == 2  # the month without a value is a gap
    assert len(drawing.findall(".//{*}path[@fill='#b3261e']")) == 1  # the signal
    dots = [(float(c.get("cx", "")), float(c.get("cy", ""))) for c in drawing.findall(".//{*}circle")]
    values = [v for v in _trend()["series"][0]["values"][:-1] if v is not None]
    assert len(dots) == len(values)
    scale = (dots[0][1] - dots[-1][1]) / (values[-1] - values[0])
    for (_x, y), value in zip(dots, values, strict=True):
        assert y == pytest.approx(dots[0][1] - scale * (value - values[0]), abs=0.2)
    assert trend_svg(_trend(series=[{"name": "", "values": [None]}], labels=["1"], target=None, warning=None, lower=[],
                            upper=[], signals=[]))  # fmt: skip


def test_bars_are_as_long_as_their_counts() -> None:
    payload = payloads.pareto([("甲<b>", 40, None), ("乙", 10, None), ("丙", 5, None)], "投诉", "zh")
    drawing = Xml.fromstring(pareto_svg(payload))
    long = [float(bar.get("width", "")) for bar in drawing.findall(".//{*}rect")]
    assert long[1] / long[0] == pytest.approx(0.25, abs=0.01)
    assert "甲<b>" in "".join(drawing.itertext())


@pytest.mark.parametrize(
    ("value", "unit", "spread", "words"),
    [(0.9123, "percent", 0.2, "91%"), (0.9123, "percent", 0.004, "91.23%"), (0.00412, "per_thousand", 0.001, "4.1‰"),
     (5043.2, "count", 100, "5,043"), (1.25, "points", 0.5, "1.25")],
)  # fmt: skip
def test_an_axis_has_as_many_digits_as_it_needs(value: float, unit: str, spread: float, words: str) -> None:
    assert axis_number(value, unit, spread) == words


@pytest.mark.skipif(missing() is not None, reason="no Pango here")
def test_pdf_is_made_and_fetches_nothing() -> None:
    body = diagnosis_pdf.render(DIAGNOSIS, language="zh")
    assert body.startswith(b"%PDF-")
    page = diagnosis_pdf.diagnosis_html.laid_out(diagnosis_pdf.PrintedPage("zh"), DIAGNOSIS).decode()
    assert page.count("<svg") >= 5
    assert "<script" not in page.replace("&lt;script", "")
    assert "夜班" in page


def test_the_workbook_has_its_charts() -> None:
    body = diagnosis_xlsx.render(DIAGNOSIS, language="zh")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_name("图表").to_python()
    assert rows[0][0] == FIRST_RESPONSE.name.zh
    series = [v for v in DIAGNOSIS.values.values if v.key == FIRST_RESPONSE.key and not v.group]
    assert [row[1] or None for row in rows[2:12]] == [v.value for v in series]
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        charts = [package.read(name).decode() for name in package.namelist() if "charts/chart" in name]
    assert len(charts) == 4  # three headline figures and the complaints by category
    assert any("图表!$B$3:$B$12" in chart.replace("'", "") for chart in charts)
