"""What people send by mistake, or to do harm: a clear message or a rejected row, quickly, and nothing half-written."""

from __future__ import annotations

import csv
import gzip
import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from qualityloop.analysis.files import Ingested, ingest, inspect_files
from qualityloop.analysis.files.mapping_loading import parse_mapping
from qualityloop.analysis.messages import AnalysisError

MAPPING = parse_mapping(
    """
zone: Asia/Shanghai
tables:
  - dataset: tickets
    columns:
      ticket_id: id
      created_at: opened
      resolved_at: solved
      contacts: contacts
      subject: text
""",
    "map.yaml",
)
HEADER = "id,opened,solved,contacts,text\n"
GOOD = "1,2026-03-01 09:00:00,2026-03-01 10:00:00,1,ok\n"


def run(folder: Path, content: bytes | str, name: str = "a.csv") -> Ingested:
    """Ingest one file."""
    data = folder / "in"
    data.mkdir(exist_ok=True)
    (data / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return ingest(data, MAPPING, folder / "lake", language="en")


def rejected(result: Ingested) -> list[dict[str, str]]:
    """The rejects file, row by row."""
    assert result.rejects_path is not None
    with result.rejects_path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def untouched(folder: Path) -> bool:
    """Whether nothing was left beside the input."""
    return {path.name for path in folder.iterdir()} <= {"in"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"\n \n\n", "nothing but blanks"),
        (HEADER.encode(), "there are column names but no rows"),
        ((HEADER + GOOD).replace(",", "^").encode(), "has no column “id”"),
        (b"a," * 2_000_000 + b"a\n1\n", "2000001 columns"),
        (b"%PDF-1.7 something", "this is no table"),
        (gzip.compress(b"id,opened\n" * 1000, mtime=0)[:-20], "damaged or incomplete"),
        (b"PAR1 but no more", "the Parquet file is damaged"),
        (b"PK\x03\x04 but no more", "the workbook is damaged"),
        (b"<?xml version='1.0'?><log><trace><event></trace></log>", "the XML is damaged"),
        (b"<?xml version='1.0'?><html/>", "no XES event log"),
    ],
)
def test_unusable_files_get_a_message_and_leave_nothing(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(AnalysisError, match=says) as caught:
        run(tmp_path, content)
    assert caught.value.place.file
    assert untouched(tmp_path)


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><log><trace>&b;</trace></log>'
    with pytest.raises(AnalysisError, match="entities"):
        run(tmp_path, bomb, "a.xes")


def test_wrong_delimiter_names_the_columns_it_sees(tmp_path: Path) -> None:
    wrong = parse_mapping(
        "tables:\n  - {dataset: tickets, read: {delimiter: ';'}, columns: {ticket_id: id, created_at: opened}}",
        "m.yaml",
    )
    (tmp_path / "a.csv").write_text(HEADER + GOOD)
    with pytest.raises(AnalysisError, match="it has: id,opened,solved,contacts,text"):
        ingest(tmp_path / "a.csv", wrong, tmp_path / "lake")
    assert not (tmp_path / "lake").exists()


def test_a_cell_of_ten_megabytes(tmp_path: Path) -> None:
    result = run(
        tmp_path, HEADER + GOOD + '2,2026-03-01 09:00:00,,1,"' + "x" * 10_000_000 + '"\n' + GOOD.replace("1,", "3,", 1)
    )
    assert result.rows == {"tickets": 2}
    (row,) = rejected(result)
    assert (row["row"], row["reason"]) == ("3", "the row is longer than 4 MB")
    assert len(row["text"]) < 3000


def test_rows_of_commas(tmp_path: Path) -> None:
    result = run(tmp_path, HEADER + GOOD + "," * 2_000_000 + "\n" + "," * 900_000 + "\n")
    assert result.rows == {"tickets": 1}
    assert [(r["row"], r["reason"]) for r in rejected(result)] == [
        ("3", "the row has 2000001 cells, the header has 5"),
        ("4", "the row has 900001 cells, the header has 5"),
    ]


def test_nul_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    bad = b"2,2026-03-01 09:00:00,,1,a\0b\n" + "3,2026-03-01 09:00:00,,1,关闭\n".encode("gb18030")
    result = run(tmp_path, (HEADER + GOOD.replace("ok", "完成")).encode() + bad + GOOD.replace("1,", "4,", 1).encode())
    assert result.rows == {"tickets": 2}
    reasons = {r["row"]: (r["reason"], r["text"]) for r in rejected(result)}
    assert reasons["3"] == ("a NUL character stands in the text", "2,2026-03-01 09:00:00,,1,a\\0b")
    assert reasons["4"][0] == "bytes that are no text in the file's encoding"
    assert reasons["4"][1].startswith("3,2026-03-01 09:00:00,,1,\\xb9")  # 关 is B9 D8 in GB18030


def test_unbelievable_dates_negative_durations_and_odd_values(tmp_path: Path) -> None:
    rows = [
        "2,1948-05-01 00:00:00,,1,too early",
        "3,2199-01-01 00:00:00,,1,too late",
        "4,2026-03-01 09:00:00,2026-03-01 08:59:59,1,negative",
        "5,2026-02-30 09:00:00,,1,no such day",
        "6,,,1,no date",
        ",2026-03-01 09:00:00,,1,no id",
        "8,2026-03-01 09:00:00,,-1,below",
        "9,2026-03-01 09:00:00,,1.5,half",
        "10,2026-03-01 09:00:00,infinity,1,never",
    ]
    result = run(tmp_path, HEADER + GOOD + "\n".join(rows) + "\n")
    assert result.rows == {"tickets": 1}
    assert result.rejects == {"a.csv": 9}
    found = [(int(r["row"]), r["column"], r["reason"]) for r in rejected(result)]
    unreadable = "this is not an instant as the mapping describes it"
    missing = "a value is required here and missing"
    assert found == [
        (3, "opened", "a date before 1970 or after 2099 cannot be right"),
        (4, "opened", "a date before 1970 or after 2099 cannot be right"),
        (5, "solved", "it lies before created_at: a negative duration"),
        (6, "opened", unreadable),
        (7, "opened", missing),
        (8, "id", missing),
        (9, "contacts", "the value is below 0"),
        (10, "contacts", "this is not a whole number"),
        (11, "solved", unreadable),
    ]
    assert sum(reason.count for reason in result.reasons) == 9


def test_repeated_keys(tmp_path: Path) -> None:
    other = GOOD.replace("ok", "different")
    result = run(tmp_path, HEADER + GOOD + GOOD + "2,2026-03-02 09:00:00,,,x\n" + other)
    assert result.rows == {"tickets": 2}
    assert result.duplicates == {"tickets": 1}
    assert [(r["row"], r["column"], r["reason"], r["text"]) for r in rejected(result)] == [
        ("5", "id", "the key is taken by row 2, with other contents", other.strip())
    ]


def test_rejects_are_harmless_in_a_spreadsheet(tmp_path: Path) -> None:
    result = run(tmp_path, HEADER + GOOD + '"=HYPERLINK(""http://x"")",nonsense,,,-\n')
    (row,) = rejected(result)
    assert row["text"].startswith(('"=', "'"))
    assert all(not cell.startswith(("=", "+", "-", "@")) for cell in row.values())


def test_a_second_run_gives_the_same_and_clears_old_rejects(tmp_path: Path) -> None:
    first = run(tmp_path, HEADER + GOOD + "2,nonsense,,,\n")
    again = run(tmp_path, HEADER + GOOD + "2,nonsense,,,\n")
    assert first.lake.snapshot == again.lake.snapshot
    assert first.rejects == again.rejects == {"a.csv": 1}
    clean = run(tmp_path, HEADER + GOOD)
    assert clean.rejects_path is None
    assert {path.name for path in tmp_path.iterdir()} == {"in", "lake"}


def test_a_failed_run_leaves_the_old_lake_alone(tmp_path: Path) -> None:
    before = run(tmp_path, HEADER + GOOD).lake.snapshot
    with pytest.raises(AnalysisError, match="no row could be used; 1 were rejected"):
        run(tmp_path, HEADER + "2,nonsense,,,\n")
    assert ingest(tmp_path / "lake").lake.snapshot == before
    assert {path.name for path in tmp_path.iterdir()} == {"in", "lake"}


def workbook(sheet: bytes, size: int | None = None) -> bytes:
    """A minimal xlsx around one sheet; `size` is what its directory claims."""
    out = io.BytesIO()
    kinds = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
    )
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", kinds)
        book.writestr("_rels/.rels", f'<Relationships xmlns="{package}">'
                                     f'<Relationship Id="a" Type="{relation}/officeDocument" '
                                     'Target="xl/workbook.xml"/></Relationships>')  # fmt: skip
        book.writestr("xl/workbook.xml", f'<workbook xmlns:r="{relation}"><sheets>'
                                         '<sheet name="s" sheetId="1" r:id="b"/>'
                                         "</sheets></workbook>")  # fmt: skip
        book.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}"><Relationship Id="b" '
                      f'Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')  # fmt: skip
        book.writestr("xl/worksheets/sheet1.xml", sheet)
    data = out.getvalue()
    if size is not None:
        data = data.replace(len(sheet).to_bytes(4, "little"), size.to_bytes(4, "little"))
    return data


def test_a_workbook_that_unpacks_to_gigabytes(tmp_path: Path) -> None:
    body = b"<worksheet><sheetData>" + b" " * (70 << 20) + b"</sheetData></worksheet>"
    with pytest.raises(AnalysisError, match="would unpack to 70 MB"):
        run(tmp_path, workbook(body), "a.xlsx")
    with pytest.raises(AnalysisError, match="would unpack to 3072 MB"):
        run(tmp_path, workbook(b"<worksheet/>" + b" " * 12_345, size=3 << 30), "a.xlsx")
    assert untouched(tmp_path)


def test_a_workbook_that_lies_about_its_size(tmp_path: Path) -> None:
    body = b"<worksheet><sheetData>" + b" " * (20 << 20) + b"</sheetData></worksheet>"
    with pytest.raises(AnalysisError, match="its sizes are not what it says"):
        run(tmp_path, workbook(body, size=1000), "a.xlsx")


def test_a_workbook_with_one_cell_at_the_far_corner(tmp_path: Path) -> None:
    row = '<row r="{0}"><c r="{1}{0}"><v>1</v></c></row>'
    body = f"<worksheet><sheetData>{row.format(1, 'A')}{row.format(1048576, 'XFD')}</sheetData></worksheet>"
    with pytest.raises(AnalysisError, match="1048576 rows and 16384 columns"):
        run(tmp_path, workbook(body.encode()), "a.xlsx")


def test_a_gz_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qualityloop.analysis.files.source._GZ_FREE", 16 << 20)
    bomb = io.BytesIO()
    with gzip.open(bomb, "wb") as out:
        for _ in range(64):
            out.write(b"\0" * (1 << 20))
    tracemalloc.start()
    with pytest.raises(AnalysisError, match="unpacks to more than 200 times"):
        run(tmp_path, b"" + bomb.getvalue())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 120 << 20


@pytest.mark.parametrize("content", [HEADER, "id,,id\n1,2,3\n", HEADER + GOOD + "x,y\n"])
def test_inspect_speaks_of_what_it_finds(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    found = inspect_files(tmp_path / "a.csv")
    assert "a.csv" in found.to_yaml("en")
    said = " ".join(str(note) for note in found.notes)
    assert {HEADER: "no rows", "id,,id\n1,2,3\n": "no name"}.get(content, "cannot be read") in said
