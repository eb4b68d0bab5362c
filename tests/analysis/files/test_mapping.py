"""The mapping file: every mistake is shown where it stands, and what we write we read back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualityloop.analysis.files.mapping import ColumnRule, Join, Mapping, TableRule
from qualityloop.analysis.files.mapping_loading import parse_mapping
from qualityloop.analysis.files.source import ReadOptions
from qualityloop.analysis.messages import AnalysisError

GOOD = """version: 1
zone: Asia/Shanghai
tables:
  - dataset: tickets
    files: [a.csv]
    columns:
      ticket_id: 工单号
      created_at: {from: 创建时间, format: "%Y/%m/%d"}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        ("dataset: tickets", "dataset: ticket", 4, "tables[1].dataset", "did you mean “tickets”"),
        ("files:", "file:", 5, "tables[1]", "did you mean “files”"),
        ("zone: Asia/Shanghai", "zone: Asia/Shangai", 2, "zone", "no time zone"),
        ("version: 1", "version: 2", 1, "version", "only version 1"),
        ("ticket_id:", "ticket:", 7, "tables[1].columns", "did you mean “ticket_id”"),
        ("ticket_id: 工单号", "channel: 渠道", 7, "tables[1].columns", "needs the columns: ticket_id"),
        ("from: 创建时间, ", "", 8, "tables[1].columns.created_at", "exactly one of"),
        ("%Y/%m/%d", "%Y/%Q", 8, "tables[1].columns.created_at.format", "is no date format"),
        ("工单号", "{from: 工单号, repair: day_month}", 7, "tables[1].columns.ticket_id", "zone and repair"),
        ("工单号", "{take: first, of: x}", 7, "tables[1].columns.ticket_id", "needs “events:”"),
        ("ticket_id: 工单号", "hour: 工单号", 7, "tables[1].columns", "computed from other columns"),
        ("ticket_id: 工单号", "ticket_id: 工单号\n      ticket_id: 单号", 8, "tables[1].columns", "stands here twice"),
        ("tables:", "tables: [", None, None, "no YAML"),
        ("version: 1", "version: &a 1\nmissing: *a", 2, None, "aliases"),
        ("version: 1", "calendar: {week: {8: ['09:00-12:00']}}", 1, "calendar.week", "no weekday"),
        ("version: 1", "calendar: {week: {1: ['12:00-09:00']}}", 1, "calendar.week", "end before they begin"),
        ("version: 1", "calendar: {holidays: [tomorrow]}", 1, "calendar.holidays[1]", "not a date"),
        ("version: 1", "calendar: {use: chnia, week: {}}", 1, "calendar.use", "did you mean “china”"),
        ("version: 1", "calendar: {use: china}", 1, "calendar", "“week” is missing"),
    ],
)
def test_mistakes_are_shown_where_they_stand(old: str, new: str, line: int | None, key: str | None, says: str) -> None:
    assert GOOD.count(old) >= 1
    with pytest.raises(AnalysisError, match=says) as caught:
        parse_mapping(GOOD.replace(old, new, 1), "map.yaml")
    assert caught.value.place.file == "map.yaml"
    if line is not None:
        assert (caught.value.place.row, caught.value.place.column) == (line, key)


def test_words_stay_what_was_typed() -> None:
    text = GOOD.replace("工单号", "{from: no, values: {是: yes, 1.0: on}, missing: [null, ~, '']}")
    rule = parse_mapping(text, "m").tables[0].rule("ticket_id")
    assert rule is not None
    assert rule.sources == ("no",)
    assert rule.values == (("是", "yes"), ("1.0", "on"))
    assert rule.missing == ("null", "~", "")


# YAML itself knows no control characters, and a bare NUL or surrogate cannot stand in a file
words = st.text(
    st.characters(blacklist_categories=("Cc", "Cs"), blacklist_characters="\u2028\u2029\ufeff"), min_size=1, max_size=12
)


@settings(max_examples=60, deadline=None)
@given(source=words, value=words, file=words, missing=st.lists(words, max_size=2), join=words)
def test_what_is_written_reads_back(source: str, value: str, file: str, missing: list[str], join: str) -> None:
    mapping = Mapping(
        (
            TableRule(
                "tickets",
                (file,),
                (
                    ColumnRule("ticket_id", (source, value), joiner="/"),
                    ColumnRule("created_at", (source,), formats=("%d-%m-%Y", "iso"), zone="UTC", repair="day_month"),
                    ColumnRule(
                        "channel", (source,), values=((value, file),), otherwise="reject", missing=tuple(missing)
                    ),
                    ColumnRule("source", constant=value),
                    ColumnRule("handling_minutes", (source,), factor=60.0, bad="empty"),
                ),
                ReadOptions(delimiter="\t", sheet=source),
                only=((source, (value,)),),
                joins=(Join(join, (file,), ((source, value),)),),
            ),
        ),
        missing=tuple(missing),
    )
    again = parse_mapping(mapping.to_yaml("zh"), "m.yaml")
    assert without_lines(again) == without_lines(mapping)


def without_lines(mapping: Mapping) -> str:
    """The mapping's content, places left out."""
    import re

    return re.sub(r"(line=(None|\d+)|file=('m.yaml'|None))", "", repr(mapping))
