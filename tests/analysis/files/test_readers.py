"""Each format, as other programs write it, comes back cell by cell."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from qualityloop.analysis.files.formats import open_source
from qualityloop.analysis.files.source import ROW, Broken, CarefulReadingNeededError, ReadOptions
from qualityloop.analysis.messages import AnalysisError

ROWS = [["工单号", "渠道", "备注"], ["G1", "电话", "慢,很慢"], ["G2", "在线", '他说"好"'], ["G3", "邮件", "两\n行"]]


def read(path: Path, **options: Any) -> tuple[list[dict[str, Any]], list[Broken]]:
    """All rows of a file as dictionaries, and the broken ones."""
    source = open_source(path, ReadOptions(**options))
    broken: list[Broken] = []
    try:
        rows = [row for batch in source.batches(broken.append) for row in batch.to_pylist()]
    except CarefulReadingNeededError:
        source.careful = True
        broken = []
        rows = [row for batch in source.batches(broken.append) for row in batch.to_pylist()]
    return rows, broken


def written(delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(ROWS)
    return out.getvalue()


EXPECTED = [{**dict(zip(ROWS[0], row, strict=True)), ROW: n} for n, row in enumerate(ROWS[1:], 2)]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_delimiters_and_encodings_are_found(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(written(delimiter).encode(encoding))
    assert read(path) == (EXPECTED, [])


def test_gz_is_told_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(written().encode("gb18030")))
    assert read(path) == (EXPECTED, [])


def test_latin_1_is_read_with_a_doubt(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id;name\n1;Café crème à Orléans\n2;Müller, Größe\n".encode("latin-1"))
    source = open_source(path)
    rows, broken = read(path)
    assert [row["name"] for row in rows] == ["Café crème à Orléans", "Müller, Größe"]
    assert not broken
    assert any("Latin-1" in str(note) for note in source.notes)


def test_chinese_far_down_an_english_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = "id,name\n" + "".join(f"{n},plain\n" for n in range(400_000)) + "400000,张三\n"
    path.write_bytes(text.encode("gb18030"))
    source = open_source(path)
    last = None
    for batch in source.batches(lambda broken: None):
        last = batch.slice(batch.num_rows - 1).to_pylist()[0]
    assert last == {"id": "400000", "name": "张三", ROW: 400_002}


def test_titles_above_the_header_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("客服部导出\n2026年3月,,\n工单号,渠道,班组\nG1,电话,夜班\n", encoding="utf-8")
    assert read(path)[0] == [{"工单号": "G1", "渠道": "电话", "班组": "夜班", ROW: 4}]


def test_missing_and_repeated_names_are_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,,time,time\n1,a,b,c\n", encoding="utf-8")
    source = open_source(path)
    assert source.columns == ("id", "column 2", "time", "time (2)")
    assert len(source.notes) == 2


def test_row_numbers_survive_bad_and_blank_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n1,2,3\n1,2\n\n4,5,6\n7,8,9,10\n11,12,13\n,,\n14,15,16\n", encoding="utf-8")
    rows, broken = read(path)
    assert [(row["a"], row[ROW]) for row in rows] == [("1", 2), ("4", 5), ("11", 7), ("14", 9)]
    assert [(b.row, b.raw.strip()) for b in broken] == [(3, "1,2"), (6, "7,8,9,10")]


@pytest.mark.parametrize("careful", [False, True])
def test_quick_and_careful_reading_agree(tmp_path: Path, careful: bool) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        'a,b\r\n"x\r\ny",1\r\n"he said ""no""",2\r\n5" pipe,3\r\n only,4\r\nlong,5,6\r\n', encoding="utf-8", newline=""
    )
    source = open_source(path)
    source.careful = careful
    broken: list[Broken] = []
    rows = [row for batch in source.batches(broken.append) for row in batch.to_pylist()]
    assert [row["a"].replace("\r", "") for row in rows] == ["x\ny", 'he said "no"', '5" pipe', " only"]
    assert [row[ROW] for row in rows] == [2, 3, 4, 5]
    assert [b.row for b in broken] == [6]


def test_an_open_quotation_mark_costs_one_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [f"{n},text {n}\n" for n in range(1, 5001)]
    lines[1000] = '1001,"never closed\n'
    path.write_text("id,text\n" + "".join(lines), encoding="utf-8")
    rows, broken = read(path)
    assert len(rows) == 4999
    assert [b.row for b in broken] == [1002]
    assert "never closed" in broken[0].raw


def test_two_open_quotation_marks_cost_two_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [f"{n},text {n}\n" for n in range(1, 3001)]
    lines[10] = '11,"open\n'
    lines[2500] = '2501,"open too\n'
    path.write_text("id,text\n" + "".join(lines), encoding="utf-8")
    rows, broken = read(path)
    assert len(rows) == 2998
    assert [b.row for b in broken] == [12, 2502]


def make_workbook(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    when = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    book.add_worksheet("说明")
    sheet = book.add_worksheet("工单")
    sheet.write_row(0, 0, ["三月工单"])
    sheet.write_row(1, 0, ["工单号", "创建时间", "日期", "分数", "升级"])
    sheet.write(2, 0, 1001)
    sheet.write_datetime(2, 1, datetime(2026, 3, 1, 8, 30), when)
    sheet.write_datetime(2, 2, date(2026, 3, 2), day)
    sheet.write(2, 3, 4.5)
    sheet.write_boolean(2, 4, True)
    book.close()


def test_workbook_cells_become_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    make_workbook(path)
    rows, broken = read(path)
    assert rows == [
        {
            "工单号": "1001",
            "创建时间": "2026-03-01 08:30:00",
            "日期": "2026-03-02",
            "分数": "4.5",
            "升级": "true",
            ROW: 3,
        }
    ]
    assert not broken
    with pytest.raises(AnalysisError, match="说明"):
        open_source(path, ReadOptions(sheet="没有"))


def test_parquet_types_become_text(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table = pa.table(
        {
            "id": pa.array([1, 2], pa.int32()),
            "at": pa.array([datetime(2026, 1, 1, 8), None], pa.timestamp("ms", "Asia/Shanghai")),
            "local": pa.array([datetime(2026, 1, 1, 8), None], pa.timestamp("us")),
            "x": pa.array([1.0, 2.5], pa.float64()),
            "d": pa.array(["a", "b"]).dictionary_encode(),
            "l": pa.array([[1, 2], None], pa.list_(pa.int64())),
            "b": pa.array([True, None]),
        }
    )
    pq.write_table(table, path)
    rows, _ = read(path)
    # pyarrow stores naive values of a zoned column as UTC
    assert rows[0] == {"id": "1", "at": "2026-01-01 08:00:00.000000Z", "local": "2026-01-01 08:00:00.000000", "x": "1",
                       "d": "a", "l": "[1,2]", "b": "true", ROW: 2}  # fmt: skip
    assert rows[1] == {"id": "2", "at": None, "local": None, "x": "2.5", "d": "b", "l": None, "b": None, ROW: 3}


def test_json_lines_flat_and_exploded(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    records = [
        {"id": 1, "who": {"name": "李", "team": {"n": 3}}, "talk": [{"t": 5, "x": "a"}, {"t": 6}]},
        {"id": 2, "who": None, "talk": [], "extra": True},
    ]
    path.write_text(
        "\n".join(json.dumps(r, ensure_ascii=False) for r in records) + "\nnot json\n[1]\n", encoding="utf-8"
    )
    rows, broken = read(path)
    assert rows[0] == {"id": "1", "who.name": "李", "who.team.n": "3", "talk": '[{"t": 5, "x": "a"}, {"t": 6}]',
                       "who": None, "extra": None, ROW: 1}  # fmt: skip
    assert [b.row for b in broken] == [3, 4]
    exploded, _ = read(path, explode="talk")
    assert [(row["id"], row["talk.#"], row["talk.t"], row.get("talk.x")) for row in exploded] == [
        ("1", "1", "5", "a"),
        ("1", "2", "6", None),
    ]


XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/"><string key="origin" value="x"><int key="deep" value="1"/></string>
<trace><string key="concept:name" value="c&amp;1"/><string key="tier" value="金"/>
<event><string key="concept:name" value="start"/><date key="time:timestamp" value="2026-01-01T08:00:00+08:00"/></event>
<event><string key="concept:name" value="NA"><int key="why" value="2"/></string>
<date key="time:timestamp" value="2026-01-01T09:00:00+08:00"/></event>
</trace><trace><string key="concept:name" value="empty"/></trace></log>"""


def test_xes_case_and_event_attributes(tmp_path: Path) -> None:
    path = tmp_path / "a.xes.gz"
    path.write_bytes(gzip.compress(XES.encode(), mtime=0))
    rows, broken = read(path)
    assert [(r["case:concept:name"], r["case:tier"], r["concept:name"], r[ROW]) for r in rows] == [
        ("c&1", "金", "start", 1),
        ("c&1", "金", "NA", 2),
    ]
    assert rows[1]["concept:name.why"] == "2"
    assert [(b.raw, str(b.reason)) for b in broken] == [("empty", "the case has no event")]


@pytest.mark.parametrize("name", ["tickets.xls", "tickets.ods"])
def test_old_excel_and_opendocument(name: str) -> None:
    """Files written by xlwt 1.3 and odfpy 1.4: text, an instant, a whole number and one with a fraction."""
    rows, broken = read(Path(__file__).parent / "samples" / name)
    assert not broken
    assert rows == [
        {"工单号": "G1", "创建时间": "2026-03-01 08:30:00", "渠道": "电话", "联系次数": "7", ROW: 2},
        {"工单号": "G2", "创建时间": "2026-03-02 18:05:00", "渠道": "在线", "联系次数": "2.5", ROW: 3},
    ]
