"""Standards: what is shipped, what a file may say, and what happens when it is wrong."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import python_calamine

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.indicators.checking import check_standard
from qualityloop.analysis.indicators.language import FormulaError, parse_formula
from qualityloop.analysis.indicators.loading import (
    load_standard,
    shipped_standards,
    standard_to_xlsx,
    standard_to_yaml,
)
from qualityloop.analysis.indicators.standard import Indicator, Per, Standard
from qualityloop.analysis.messages import AnalysisError, Text

HEAD = """key: mine
version: "2026.1"
name: {zh: 我的标准, en: My standard}
dimensions:
  speed: {zh: 时效, en: Speed}
indicators:
"""
ONE = """  - key: fast
    name: {zh: 及时率, en: In time}
    dimension: speed
    dataset: tickets
    period: created_at
    formula: share(first_response_minutes <= 5)
    unit: percent
    better: higher
    target: 0.9
    warning: 0.8
"""


def write(folder: Path, text: str | bytes, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def failure(path: Path | str) -> AnalysisError:
    with pytest.raises(AnalysisError) as caught:
        load_standard(path)
    return caught.value


# ---- what is shipped


@pytest.mark.parametrize("key", shipped_standards())
def test_shipped_standards_are_whole(key: str) -> None:
    standard = load_standard(key)
    assert standard.key == key
    assert check_standard(standard) == []
    assert isinstance(standard.version, str)
    used = {i.dimension for i in standard.indicators}
    assert used == set(standard.dimensions)
    assert 4 <= len(standard.headline) <= 6
    for indicator in standard.indicators:
        for text in (indicator.name, indicator.definition, indicator.source, indicator.owner):
            assert text is not None
            assert text.zh
            assert text.en
            assert text.zh != text.en
        if indicator.target is not None:
            assert indicator.warning is not None
            assert indicator.baseline is not None


# (standard, indicator): what the documents print: the limit inside the formula or condition, and the target
PRINTED = {
    ("after-sales", "first_response_phone"): ("<= 15", None),
    ("after-sales", "first_response_online"): ("<= 5", None),
    ("after-sales", "first_contact_resolution"): ("contacts <= 1", 0.85),
    ("after-sales", "escalation_rate"): ("escalated", 0.05),
    ("after-sales", "wording_compliance"): ("points", None),
    ("after-sales", "process_deviation_rate"): ("deviated", None),
    ("after-sales", "csat"): ("csat * 20", 90),
    ("after-sales", "resolution_hardware"): ("resolution_hours", 48),
    ("after-sales", "resolution_software"): ("resolution_hours", 24),
    ("after-sales", "request_volume"): ("count()", None),
    ("after-sales", "completion_rate"): ("resolved_at", None),
    ("contact-centre", "first_response_30s"): ("<= 30", None),
    ("contact-centre", "queue_1min"): ("<= 60", None),
    ("contact-centre", "simple_solved_5min"): ("<= 5", None),
    ("contact-centre", "favourable_rate"): ("csat >= 4", 0.9),
    ("contact-centre", "complaint_rate"): ("count()", 0.01),
    ("contact-centre", "nps"): ("nps(nps)", 50),
    ("contact-centre", "complaint_classified_24h"): ("<= 24", 1),
    ("contact-centre", "checked_share"): ("count()", 0.1),
    ("contact-centre", "call_back_coverage"): ("count()", 0.05),
    ("service-level", "answered_12h"): ("12 * 60", 0.9),
    ("service-level", "handled_24h"): ("<= 24", 0.8),
    ("service-level", "first_contact_resolution"): ("contacts <= 1", 0.85),
    ("service-level", "satisfied_share"): ("csat >= 4", 0.9),
    ("service-level", "feedback_answered_48h"): ("<= 48", 1),
    ("technical-support", "mean_first_response"): ("mean(first_response_minutes)", 15),
    ("technical-support", "mean_handling"): ("handling_minutes", None),
    ("technical-support", "mean_queue"): ("queue_seconds", None),
    ("technical-support", "reopen_rate"): ("reopened > 0", None),
}


@pytest.mark.parametrize(("standard", "key"), PRINTED)
def test_printed_numbers(standard: str, key: str) -> None:
    indicator = load_standard(standard).indicator(key)
    part, target = PRINTED[standard, key]
    assert part in indicator.formula
    if target is not None:
        assert indicator.target == target


# ---- round trips


def awkward() -> Standard:
    """A standard with whatever might get lost on the way through a file."""
    one = Indicator(
        key="a",
        name=Text("=HYPERLINK(1)", "+cmd|' /C calc'!A0"),
        dimension="d",
        dataset="tickets",
        period="closed_at",
        formula="share(channel = 'it''s: \"x\" # not a comment'\n  AND contacts > -1.5)",
        unit="percent",
        better="lower",
        where="subject LIKE '%_x0041_%' AND team <> '- a: b'",
        baseline=1 / 3,
        target=0.1,
        warning=0.30000000000000004,
        definition=Text("第一行\n第二行", ""),
        source=Text("", "@SUM(A1)"),
        owner=Text("客服部", "客服部"),
        kind="complaint",
        scope=Text("yes", "null"),
    )
    two = Indicator(
        key="b",
        name=Text("1.0", "true"),
        dimension="e",
        dataset="complaints",
        period="received_at",
        formula="count()",
        unit="per_thousand",
        better="lower",
        per=Per("tickets", "created_at", "sum(contacts)", "channel IN ('a', 'b')"),
        target=5,
        warning=1e6,
    )
    dimensions = {"d": Text("时效", "Speed"), "e": Text("投诉", "投诉"), "unused": Text("空", "Empty")}
    return Standard("my-own.1", "1.10", Text("标准", "Standard"), dimensions, (one, two), ("b", "a"), 5)


def rounded(standard: Standard) -> Standard:
    """With numbers of 15 digits, which is what a sheet keeps."""
    one, two = standard.indicators
    return replace(standard, indicators=(replace(one, baseline=0.333333333333333, warning=0.3), two))


@pytest.mark.parametrize("standard", [*map(load_standard, shipped_standards()), awkward()], ids=lambda s: s.key)
def test_files_bring_back_the_same_standard(tmp_path: Path, standard: Standard) -> None:
    expected = rounded(standard) if standard.key == "my-own.1" else standard
    assert check_standard(standard) == []
    assert load_standard(write(tmp_path, standard_to_yaml(standard))) == expected
    for language in ("zh", "en"):
        assert load_standard(write(tmp_path, standard_to_xlsx(standard, language), "mine.xlsx")) == expected


def test_no_cell_of_a_sheet_is_a_formula() -> None:
    data = standard_to_xlsx(awkward(), "zh")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    rows = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("评估基准表").to_python()
    assert "=HYPERLINK(1)" in [cell for row in rows for cell in row]
    assert standard_to_xlsx(awkward(), "zh") == data


def test_a_sheet_edited_by_hand(tmp_path: Path) -> None:
    """Columns moved, left out, numbers typed as text: still the same indicator."""
    import xlsxwriter

    path = tmp_path / "sheet.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    rows = [
        ["标准编号", "mine"],
        ["版本", 3],
        ["标准名称", "我的标准"],
        ["维度", "speed", "时效"],
        [],
        [
            "计算公式",
            "指标编号",
            "目标值",
            "预警值",
            "指标名称(中文)",
            "评价维度",
            "数据表",
            "归期时间",
            "单位",
            "方向",
        ],
        ["share(escalated)", "up", "5%", 0.08, "升级率", "speed", "tickets", "created_at", "percent", "lower"],
        ["", "", "", "", "", "", "", "", "", ""],
    ]
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    standard = load_standard(path)
    assert (standard.version, standard.name) == ("3", Text("我的标准", ""))
    assert (standard.indicators[0].target, standard.indicators[0].warning) == (0.05, 0.08)


def test_faults_of_a_sheet_have_row_and_column(tmp_path: Path) -> None:
    standard = load_standard("service-level")
    broken = replace(
        standard, indicators=(*standard.indicators[:2], replace(standard.indicators[2], formula="shar(1)"))
    )
    error = failure(write(tmp_path, standard_to_xlsx(broken, "en"), "broken.xlsx"))
    assert isinstance(error, FormulaError)
    # 5 lines of head, 4 dimensions, an empty one, the heads, then the third indicator
    assert (error.place.row, error.place.column) == (14, "计算公式 / Formula")
    assert error.suggestion == "share"


# ---- extending


def test_a_file_may_extend_override_and_remove(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """key: ours
extends: after-sales
dimensions:
  speed: 时效
remove: [parts_wait, nps, first_response_online]
indicators:
  - key: csat
    target: 92
    owner: null
    name: {zh: 满意度}
  - key: complaint_rate
    per: {where: channel = 'phone'}
  - key: request_volume
    scope: 全部
"""
        + ONE,
    )
    base, ours = load_standard("after-sales"), load_standard(path)
    assert (ours.key, ours.version, ours.name) == ("ours", "1", base.name)
    kept = [i.key for i in base.indicators if i.key not in ("parts_wait", "nps", "first_response_online")]
    assert [i.key for i in ours.indicators] == [*kept, "fast"]
    assert ours.headline == tuple(k for k in base.headline if k != "first_response_online")
    csat = ours.indicator("csat")
    assert (csat.target, csat.warning, csat.owner) == (92, 87, None)
    assert csat.name == Text("满意度", base.indicator("csat").name.en)
    assert ours.indicator("complaint_rate").per == Per("tickets", "created_at", "count()", "channel = 'phone'")
    assert ours.indicator("request_volume").scope == Text("全部", "全部")
    assert ours.indicator("escalation_rate") == base.indicator("escalation_rate")
    assert ours.dimensions == {**base.dimensions, "speed": Text("时效", "时效")}


def test_files_may_extend_files(tmp_path: Path) -> None:
    write(tmp_path, HEAD + ONE, "below.yaml")
    middle = write(
        tmp_path, "key: middle\nextends: below.yaml\nindicators:\n  - {key: fast, target: 95%}\n", "middle.yaml"
    )
    (tmp_path / "deeper").mkdir()
    top = write(
        tmp_path, "key: top\nextends: ../middle.yaml\nindicators:\n  - {key: fast, warning: 0.7}\n", "deeper/top.yaml"
    )
    assert load_standard(middle).indicator("fast").target == 0.95
    assert (load_standard(top).indicator("fast").target, load_standard(top).indicator("fast").warning) == (0.95, 0.7)


def test_extending_can_fail(tmp_path: Path) -> None:
    error = failure(write(tmp_path, "key: a\nextends: after-sale\nindicators: []\n"))
    assert (error.place.row, error.place.column) == (2, "extends")
    assert "after-sales" in str(error)
    error = failure(write(tmp_path, "key: a\nextends: gone.yaml\nindicators: []\n"))
    assert (error.place.row, error.place.column) == (2, "extends")
    write(tmp_path, "key: a\nextends: b.yaml\n", "a.yaml")
    write(tmp_path, "key: b\nextends: a.yaml\n", "b.yaml")
    assert "circle" in str(failure(tmp_path / "a.yaml"))
    error = failure(write(tmp_path, "key: a\nextends: after-sales\nremove:\n  - csat\n  - csta\n"))
    assert (error.place.row, error.place.column) == (5, "remove")
    # the parent's rows are named with the parent's file
    write(tmp_path, HEAD + ONE.replace("share(", "shore("), "below.yaml")
    error = failure(write(tmp_path, "key: a\nextends: below.yaml\n"))
    assert error.place.file is not None
    assert error.place.file.endswith("below.yaml")
    assert error.place.row == 12


# ---- faults


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "words"),
    [
        ("    unit:", "    units:", 13, "units", "Did you mean “unit”?"),
        ("    target: 0.9\n", "    target: high\n", 15, "target", "“high”"),
        ("    target: 0.9\n", "    target: [0.9]\n", 15, "target", "single value"),
        ("    target: 0.9\n", "    target: .nan\n", 15, "target", "number"),
        ("    target: 0.9\n", "    target: 1:30\n", 15, "target", "number"),
        ("    target: 0.9\n", "    target: 90\n", 15, "target", "0 to 1"),
        ("    target: 0.9\n", "    target: 0.9\n    target: 0.8\n", 16, "target", "twice"),
        ("    target: 0.9\n", "    target: 0.7\n", 16, "warning", "below the target"),
        ("    target: 0.9\n", "    target: 0.8\n", 16, "warning", "below the target"),
        ("    better: higher", "    better: lower", 16, "warning", "above the target"),
        ("    better: higher", "    better: more", 14, "better", "higher, lower"),
        ("    target: 0.9\n", "", 15, "warning", "needs a target"),
        ("    unit: percent", "    unit: hours", 13, "unit", "“percent”"),
        ("    unit: percent", "    unit: percents", 13, "unit", "percent, minutes"),
        ("    name: {zh: 及时率, en: In time}\n", "", 7, "name", "missing"),
        ("    name: {zh: 及时率, en: In time}\n", "    name: {zh: 及时率, de: Rechtzeitig}\n", 8, "de", "unknown"),
        ("    name: {zh: 及时率, en: In time}\n", "    name: [及时率]\n", 8, "name", "lines are expected"),
        ("    formula: share(first_response_minutes <= 5)\n", "", 7, "formula", "missing"),
        ("    formula: share(first_response_minutes <= 5)\n", "    formula:\n", 12, "formula", "missing"),
        (
            "share(first_response_minutes <= 5)",
            "share(first_response_minuts <= 5)",
            12,
            "formula",
            "first_response_minutes",
        ),
        ("    dataset: tickets", "    dataset: ticket", 10, "dataset", "Did you mean “tickets”?"),
        ("    period: created_at", "    period: created", 11, "period", "Did you mean “created_at”?"),
        ("    dimension: speed", "    dimension: sped", 9, "dimension", "Did you mean “speed”?"),
        ("    warning: 0.8\n", "    where: chanel = 'a'\n", 16, "where", "Did you mean “channel”?"),
        (
            "    warning: 0.8\n",
            "    per: {dataset: tickets, period: created_at, formula: count()}\n",
            12,
            "formula",
            "count or a sum",
        ),
        ("    warning: 0.8\n", "    per: {dataset: tickets, formula: count()}\n", 7, "per.period", "missing"),
        ("    warning: 0.8\n", "    per: {dataset: tickets, what: 1}\n", 16, "what", "unknown"),
        ("    warning: 0.8\n", "    kind: happy\n", 16, "kind", "satisfaction"),
        ("  - key: fast\n", "  - key: Fast Response\n", 7, "key", "no key"),
        ("  - key: fast\n", "  -\n", 8, "key", "no key"),
        ("indicators:\n", "headline: [slow]\nindicators:\n", 6, "headline", "no indicator “slow”"),
        ("indicators:\n", "problem_target: 0\nindicators:\n", 6, "problem_target", "1 to 100"),
        ("indicators:\n", "indicator:\n", 6, "indicator", "Did you mean “indicators”?"),
        ("key: mine\n", "key: 我的\n", 1, "key", "no key"),
        ("key: mine\n", "", None, "key", "missing"),
        ("    target: 0.9\n", "\ttarget: 0.9\n", 15, None, "Tabs"),
        ("    target: 0.9\n", "  target: 0.9\n", 15, None, "not valid YAML"),
        ("    target: 0.9\n", "    target: 'a\n", None, None, "not valid YAML"),
        (
            "    name: {zh: 及时率, en: In time}\n",
            "    name: &n {zh: a, en: b}\n    scope: *n\n",
            9,
            None,
            "References",
        ),
        ("    name: {zh: 及时率, en: In time}\n", '    name: "a\\0b"\n', 8, "name", "control characters"),
        ("    target: 0.9\n", "    target: 0.9 \x07\n", 15, None, "control characters"),
        ("    warning: 0.8\n", "    warning: 0.8\n---\nkey: two\n", 17, None, "not valid YAML"),
    ],
)
def test_faults_have_a_place(
    tmp_path: Path, old: str, new: str, row: int | None, column: str | None, words: str
) -> None:
    text = HEAD + ONE
    assert old in text
    error = failure(write(tmp_path, text.replace(old, new, 1)))
    assert words in str(error)
    assert error.place.file == str(tmp_path / "mine.yaml")
    if row is not None:
        assert error.place.row == row
    assert error.place.column == column


def test_a_formula_over_several_lines_is_placed_in_its_own(tmp_path: Path) -> None:
    text = (HEAD + ONE).replace(
        "formula: share(first_response_minutes <= 5)",
        "formula: |\n      share(\n        first_response_minutes <= 5\n        AND chanel = 'a'\n      )",
    )
    error = failure(write(tmp_path, text))
    assert (error.place.row, error.place.column) == (15, "formula")


def test_the_same_indicator_twice(tmp_path: Path) -> None:
    error = failure(write(tmp_path, HEAD + ONE + ONE))
    assert (error.place.row, error.place.column) == (17, "key")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"# nothing\n", "empty"),
        (b"just text", "lines are expected"),
        (b"- a\n- b\n", "lines are expected"),
        ((HEAD + ONE).encode("gb18030"), "UTF-8"),
        ((HEAD + ONE).encode("utf-16"), "UTF-8"),
        (b"a: " + b"x" * 10_000_000, "larger"),
        (b"key: " + b"[" * 5000, "deep"),
        (b"key: " + b"{a: " * 5000, "deep"),
        (b"name: " + b"- " * 5000, "YAML"),
        (b"key: mine\nname: a\nindicators: []\n", "no indicators"),
        (b"key: mine\nname: a\nindicators: {a: b}\n", "list"),
        (b"? [a, b]\n: c\n", "single value"),
        (b"key: !!python/object/apply:os.system ['true']\n", "single value"),
    ],
    ids=lambda v: str(v)[:30],
)
def test_odd_files(tmp_path: Path, data: bytes, words: str) -> None:
    assert words in str(failure(write(tmp_path, data)))


def test_gb18030_is_named_by_its_row(tmp_path: Path) -> None:
    assert failure(write(tmp_path, (HEAD + ONE).encode("gb18030"))).place.row == 3


def test_what_is_not_there(tmp_path: Path) -> None:
    assert "Did you mean “after-sales”?" in str(failure("aftersales"))
    assert "after-sales, contact-centre" in str(failure("nothing"))
    assert "no such file" in str(failure(tmp_path / "none.yaml"))
    (tmp_path / "folder.yaml").mkdir()
    assert "cannot be read" in str(failure(tmp_path / "folder.yaml"))
    assert "ends in .yaml or .xlsx" in str(failure(write(tmp_path, "a", "mine.csv")))
    assert "no such file" in str(failure("../../../etc/passwd.yaml"))


def xlsx_with(sheet: bytes) -> bytes:
    """The shipped sheet with other contents in its worksheet."""
    source = zipfile.ZipFile(io.BytesIO(standard_to_xlsx(load_standard("service-level"), "zh")))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, sheet if name.endswith("sheet1.xml") else source.read(name))
    return buffer.getvalue()


FAR = b'<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lambda: b"no zip at all", "cannot be read"),
        (lambda: b"", "cannot be read"),
        (lambda: xlsx_with(b"<worksheet>" + b" " * 60_000_000 + b"</worksheet>"), "unpacks"),
        (lambda: xlsx_with(FAR), "far outside"),
        (lambda: xlsx_with(b"<worksheet><sheetData></sheetData></worksheet>"), "No row of heads"),
        (lambda: xlsx_with(b"<worksheet><broken"), "cannot be read"),
        (lambda: random.Random(1).randbytes(6_000_000), "larger"),
    ],
    ids=["text", "empty", "bomb", "far", "bare", "broken", "large"],
)
def test_odd_sheets(tmp_path: Path, data: Callable[[], bytes], words: str) -> None:
    assert words in str(failure(write(tmp_path, data(), "odd.xlsx")))


def test_check_tells_everything_at_once() -> None:
    standard = awkward()
    one, two = standard.indicators
    broken = replace(
        standard,
        indicators=(
            replace(one, formula="share(x)", dimension="x"),
            replace(two, key="a", unit="percent", per=None, warning=1),
        ),
        headline=("c",),
    )
    assert [str(m) for m in check_standard(broken)] == [
        "a, dimension: There is no dimension “x”.",
        "a, formula: Tickets has no column “x”. (character 7)",
        "a, target: A share is written from 0 to 1: 0.9 or 90% for ninety percent.",
        "a, warning: Lower is better here, so the warning value lies above the target.",
        "a, key: The indicator “a” is there twice.",
        "There is no indicator “c”.",
    ]


def test_every_dataset_can_be_asked() -> None:
    for dataset in DATASETS.values():
        assert parse_formula("count()", dataset).explain("zh")
