"""Reading a mapping file, with the line of whatever is wrong in it."""

from __future__ import annotations

import math
import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from qualityloop.analysis.calendar import PUBLIC, WorkingCalendar, china
from qualityloop.analysis.datasets import DATASETS, Column, Dataset
from qualityloop.analysis.messages import AnalysisError, Place, message

from .mapping import (
    BAD,
    DEFAULT_ZONE,
    NAMED_FORMATS,
    OTHERWISE,
    REPAIRS,
    TAKES,
    ColumnRule,
    EventLog,
    Join,
    Mapping,
    TableRule,
    Take,
)
from .source import ReadOptions
from .yaml_nodes import Spot, read_yaml, unknown_word

_MAX_BYTES = 4 << 20
_COLUMN_KEYS = (
    "from", "join", "constant", "take", "of", "activity", "after", "final", "numbered", "format", "zone", "repair",
    "values", "otherwise", "missing", "true", "false", "factor", "decimal", "bad", "remark",
)  # fmt: skip
_TABLE_KEYS = ("dataset", "files", "read", "events", "join", "only", "except", "columns")
_CALENDAR_KEYS = ("use", "week", "holidays", "workdays")
_DIRECTIVES = frozenset("aAbBcdfgHIjmMnpSTuwWxXyYzZ%-")
_WEEKDAYS = {name: n for n, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 1)}


def read_mapping_text(path: Path) -> str:
    """The mapping file's text (UTF-8)."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise AnalysisError(message("this is too large to be a mapping"), Place(path.name))
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise AnalysisError(message("the mapping is not written in UTF-8"), Place(path.name)) from error
    except OSError as error:
        raise AnalysisError(message("there is no such file"), Place(str(path))) from error


def parse_mapping(text: str, file: str, *, draft: bool = False) -> Mapping:
    """The mapping that `text` describes; a `draft` may still lack required columns, or all tables."""
    root = read_yaml(text, file)
    top = root.keys(("version", "zone", "calendar", "missing", "tables"))
    if "version" in top and top["version"].text() != "1":
        raise top["version"].fail(message("only version 1 is known"))
    if "tables" not in top:
        raise root.fail(message("“{key}” is missing", key="tables"))
    zone = _zone(top["zone"]) if "zone" in top else DEFAULT_ZONE
    tables = tuple(_table(spot, draft) for spot in top["tables"].items())
    if not tables and not draft:
        raise top["tables"].fail(message("at least one table is needed"))
    return Mapping(
        tables=tables,
        zone=zone,
        calendar=_calendar(top["calendar"], zone) if "calendar" in top else None,
        missing=_words(top["missing"]) if "missing" in top else (),
        file=file,
    )


def _zone(spot: Spot) -> str:
    name = spot.text()
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise spot.fail(message("there is no time zone “{text}”; write it like Asia/Shanghai", text=name)) from None
    return name


def _words(spot: Spot) -> tuple[str, ...]:
    """Words, the empty one included."""
    spots = spot.items() if spot.is_list else [spot]
    return tuple(str(item.node.value) if not (item.is_map or item.is_list) else item.text() for item in spots)


def _table(spot: Spot, draft: bool) -> TableRule:
    keys = spot.keys(_TABLE_KEYS)
    for needed in ("dataset", "columns"):
        if needed not in keys:
            raise spot.fail(message("“{key}” is missing", key=needed))
    dataset = DATASETS[keys["dataset"].one_of(DATASETS)]
    events = _events(keys["events"]) if "events" in keys else None
    rules = tuple(
        _column(str(key.node.value), key, value, dataset, events is not None)
        for key, value in keys["columns"].entries()
    )
    filled = {rule.target for rule in rules}
    missing = [column.name for column in dataset.columns if column.required and column.name not in filled]
    if missing and not draft:
        raise keys["columns"].fail(
            message(
                "the dataset {dataset} needs the columns: {columns}", dataset=dataset.name, columns=", ".join(missing)
            )
        )
    return TableRule(
        dataset=dataset.name,
        files=keys["files"].texts() if "files" in keys else ("*",),
        columns=rules,
        read=_read(keys["read"]) if "read" in keys else ReadOptions(),
        only=_filter(keys["only"]) if "only" in keys else (),
        excluding=_filter(keys["except"]) if "except" in keys else (),
        joins=tuple(_join(item) for item in _one_or_more(keys["join"])) if "join" in keys else (),
        events=events,
        line=spot.line,
    )


def _one_or_more(spot: Spot) -> list[Spot]:
    return spot.items() if spot.is_list else [spot]


def _read(spot: Spot) -> ReadOptions:
    keys = spot.keys(("encoding", "delimiter", "sheet", "header_row", "explode"))
    delimiter = keys["delimiter"].text() if "delimiter" in keys else None
    named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
    delimiter = named.get(delimiter, delimiter) if delimiter else None
    if delimiter is not None and len(delimiter.encode()) != 1:
        raise keys["delimiter"].fail(message("a delimiter is one character"))
    return ReadOptions(
        encoding=keys["encoding"].text() if "encoding" in keys else None,
        delimiter=delimiter,
        sheet=keys["sheet"].text() if "sheet" in keys else None,
        header_row=_count(keys["header_row"]) if "header_row" in keys else None,
        explode=keys["explode"].text() if "explode" in keys else None,
    )


def _count(spot: Spot) -> int:
    if not re.fullmatch(r"[1-9]\d{0,5}", spot.text()):
        raise spot.fail(message("a whole number from 1 is expected"))
    return int(spot.text())


def _filter(spot: Spot) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((str(key.node.value), _words(value)) for key, value in spot.entries())


def _join(spot: Spot) -> Join:
    keys = spot.keys(("name", "files", "on", "read"))
    for needed in ("files", "on"):
        if needed not in keys:
            raise spot.fail(message("“{key}” is missing", key=needed))
    on = tuple((str(key.node.value), value.text()) for key, value in keys["on"].entries())
    if not on:
        raise keys["on"].fail(message("at least one pair of columns is needed"))
    return Join(
        name=keys["name"].text() if "name" in keys else "joined",
        files=keys["files"].texts(),
        on=on,
        read=_read(keys["read"]) if "read" in keys else ReadOptions(),
        line=spot.line,
    )


def _events(spot: Spot) -> EventLog:
    keys = spot.keys(("case", "activity", "time", "seq"))
    for needed in ("case", "activity", "time"):
        if needed not in keys:
            raise spot.fail(message("“{key}” is missing", key=needed))
    time = keys["time"]
    rule = _rule("at", time) if time.is_map else ColumnRule("at", sources=time.texts(), line=time.line)
    if not rule.sources:
        raise time.fail(message("“{key}” is missing", key="from"))
    return EventLog(keys["case"].text(), keys["activity"].text(), rule, keys["seq"].text() if "seq" in keys else None)


def _column(name: str, key: Spot, value: Spot, dataset: Dataset, from_events: bool) -> ColumnRule:
    column = dataset.column(name)
    if column is None:
        raise key.fail(unknown_word(name, [c.name for c in dataset.columns]))
    if not isinstance(column, Column):
        raise key.fail(message("“{name}” is computed from other columns and cannot be delivered", name=name))
    rule = _rule(name, value) if value.is_map else ColumnRule(name, sources=value.texts(), line=value.line)
    _check_rule(rule, column, value, from_events)
    return rule


def _rule(target: str, spot: Spot) -> ColumnRule:
    keys = spot.keys(_COLUMN_KEYS)
    return ColumnRule(
        target=target,
        sources=keys["from"].texts() if "from" in keys else (),
        joiner=str(keys["join"].node.value) if "join" in keys else " ",
        constant=keys["constant"].text() if "constant" in keys else None,
        take=_take(keys) if "take" in keys else None,
        numbered=_yes(keys["numbered"]) if "numbered" in keys else False,
        formats=tuple(_format(item) for item in _one_or_more(keys["format"])) if "format" in keys else (),
        zone=_zone(keys["zone"]) if "zone" in keys else None,
        repair=keys["repair"].one_of(REPAIRS) if "repair" in keys else None,
        values=_values(keys["values"]) if "values" in keys else (),
        otherwise=keys["otherwise"].one_of(OTHERWISE) if "otherwise" in keys else "keep",
        missing=_words(keys["missing"]) if "missing" in keys else (),
        true_words=keys["true"].texts() if "true" in keys else (),
        false_words=keys["false"].texts() if "false" in keys else (),
        factor=_number(keys["factor"]) if "factor" in keys else None,
        decimal=keys["decimal"].one_of((".", ",")) if "decimal" in keys else ".",
        bad=keys["bad"].one_of(BAD) if "bad" in keys else "reject",
        remark=keys["remark"].text() if "remark" in keys else "",
        line=spot.line,
    )


def _take(keys: dict[str, Spot]) -> Take:
    take = Take(
        what=keys["take"].one_of(TAKES),
        of=keys["of"].text() if "of" in keys else None,
        activity=keys["activity"].texts() if "activity" in keys else (),
        after=keys["after"].texts() if "after" in keys else (),
        final=_yes(keys["final"]) if "final" in keys else False,
    )
    if take.what == "changes" and take.of is None:
        raise keys["take"].fail(message("“{key}” is missing", key="of"))
    if take.what == "returns" and not take.after:
        raise keys["take"].fail(message("“{key}” is missing", key="after"))
    return take


def _yes(spot: Spot) -> bool:
    return spot.one_of(("true", "false")) == "true"


def _number(spot: Spot) -> float:
    try:
        value = float(spot.text())
    except ValueError:
        raise spot.fail(message("a number is expected")) from None
    if not math.isfinite(value) or value == 0:
        raise spot.fail(message("a number other than 0 is expected"))
    return value


def _values(spot: Spot) -> tuple[tuple[str, str], ...]:
    return tuple((str(key.node.value), str(value.node.value)) for key, value in spot.entries())


def _format(spot: Spot) -> str:
    text = spot.text()
    if text in NAMED_FORMATS:
        return text
    letters = re.findall(r"%-?(.?)", text)
    wrong = [letter for letter in letters if letter not in _DIRECTIVES]
    if not letters or wrong:
        raise spot.fail(
            message("“{text}” is no date format; write iso, excel, epoch, epoch_ms, clock, "
                    "or one like %Y-%m-%d %H:%M:%S",
                    text=text)
        )  # fmt: skip
    return text


def _check_rule(rule: ColumnRule, column: Column, spot: Spot, from_events: bool) -> None:
    ways = [bool(rule.sources), rule.constant is not None, rule.take is not None, rule.numbered]
    if sum(ways) != 1:
        raise spot.fail(message("exactly one of from, constant, take, numbered is needed"))
    if (rule.take is not None) and not from_events:
        raise spot.fail(message("“take” needs “events:” in the same table"))
    if from_events and (rule.sources or rule.numbered):
        raise spot.fail(message("in a table made from events a column is taken (take) or constant"))
    if rule.numbered and column.type != "integer":
        raise spot.fail(message("only a whole number can be numbered"))
    if rule.take:
        _check_take(rule.take, column, spot)
    timed = column.type in {"instant", "date"}
    if (rule.repair or rule.zone) and not timed:
        raise spot.fail(message("zone and repair are for instants and dates"))
    if rule.formats and not timed and rule.formats != ("clock",):
        raise spot.fail(message("a date format is for instants and dates"))
    if rule.factor is not None and column.type not in {"number", "integer"}:
        raise spot.fail(message("a factor is for numbers"))


def _check_take(take: Take, column: Column, spot: Spot) -> None:
    if take.what in {"first", "last"}:
        if take.of is None and column.type != "instant":
            raise spot.fail(message("without “of” an event gives its instant; this column is none"))
    elif column.type not in {"integer", "number", "boolean"}:
        raise spot.fail(message("this counts, but the column is no number"))


def _calendar(spot: Spot, zone: str) -> WorkingCalendar:
    keys = spot.keys(_CALENDAR_KEYS)
    week: dict[int, list[tuple[str, str]]] = {}
    for key, value in keys["week"].entries() if "week" in keys else []:
        for day in _days(key):
            week[day] = _hours(value)
    holidays = frozenset(_day(item) for item in keys["holidays"].items()) if "holidays" in keys else frozenset()
    workdays = {_day(key): _hours(value) for key, value in keys["workdays"].entries()} if "workdays" in keys else {}
    if "use" in keys and "week" not in keys:
        raise spot.fail(message("“{key}” is missing", key="week"))
    for key, value in [*(keys["week"].entries() if "week" in keys else []),
                       *(keys["workdays"].entries() if "workdays" in keys else [])]:  # fmt: skip
        try:
            WorkingCalendar(zone=zone, week={1: _hours(value)}).hours_on(date(2024, 1, 1))
        except AnalysisError as error:
            raise key.fail(error.text) from error
    public = "use" in keys and keys["use"].one_of(PUBLIC) == "china"
    base = china(week, zone=zone) if public else WorkingCalendar(zone=zone, week=week)
    return base.with_days(holidays, workdays)


def _days(spot: Spot) -> list[int]:
    """`1`, `mon`, `1-5`, `mon-fri`."""
    first, _, last = str(spot.node.value).lower().partition("-")
    ends = [
        _WEEKDAYS.get(word.strip()[:3], int(word) if word.strip().isdigit() else 0) for word in (first, last or first)
    ]
    if not 1 <= ends[0] <= ends[1] <= 7:
        raise spot.fail(message("“{text}” is no weekday; write 1 (Monday) to 7, or 1-5", text=str(spot.node.value)))
    return list(range(ends[0], ends[1] + 1))


def _hours(spot: Spot) -> list[tuple[str, str]]:
    pairs = []
    for text in spot.texts():
        match = re.fullmatch(r"\s*(\d{1,2}:\d{2})\s*[-–~]\s*(\d{1,2}:\d{2})\s*", text)
        if not match:
            raise spot.fail(message("“{text}” are no working hours; write them like 09:00-12:00", text=text))
        pairs.append((match[1].zfill(5), match[2].zfill(5)))
    return pairs


def _day(spot: Spot) -> date:
    text = str(spot.node.value)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise spot.fail(message("“{text}” is not a date; write it like 2026-01-31", text=text)) from None
