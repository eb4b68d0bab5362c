"""SQL that reads a column: from the text in the file to the typed value of the dataset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from qualityloop.analysis.datasets import ColumnType
from qualityloop.analysis.engine.duckdb import quoted

from .mapping import ColumnRule

TRUE_WORDS = ("true", "t", "yes", "y", "1", "是", "有", "对", "√", "已", "真")
FALSE_WORDS = ("false", "f", "no", "n", "0", "否", "无", "没有", "错", "×", "未", "假")
EARLIEST, LATEST = "1970-01-01", "2100-01-01"
_ISO = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?( ?(Z|UTC|[+-]\d{2}(:?\d{2})?))?$"
_ISO_ZONE = r":\d{2}(\.\d+)? ?(Z|UTC|[+-]\d{2}(:?\d{2})?)$"
# "2026-01-31 08:00:00" told by its shape, which is cheaper than the pattern
_PLAIN_ISO = "(length({0}) = 19 AND substr({0}, 17, 1) = ':')"
CONSTANT_SINCE = 1992
_UNIT_SECONDS = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86400.0}


@cache
def constant_offset(zone: str) -> int | None:
    """Seconds that a zone's clock is ahead of UTC, where it never changed since 1992 (China: 28800)."""
    days = (datetime(year, month, day, tzinfo=ZoneInfo(zone))
            for year in range(CONSTANT_SINCE - 1, 2038) for month in range(1, 13) for day in (1, 8, 15, 22)
            if (year, month) >= (CONSTANT_SINCE - 1, 12))  # fmt: skip
    offsets = {moment.utcoffset() for moment in days}
    only = offsets.pop()
    return round(only.total_seconds()) if not offsets and only is not None else None


def name(identifier: str) -> str:
    """A quoted identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def words(values: Iterable[str]) -> str:
    """A SQL list of string literals, in parentheses."""
    return "(" + ", ".join(quoted(value) for value in values) + ")"


def cell(column: str, missing: Sequence[str]) -> str:
    """A cell of a table that went through `without_blanks`; NULL also where it is one of the `missing` words."""
    value = name(column)
    gone = list(dict.fromkeys(word for word in missing if word))
    return f"CASE WHEN {value} NOT IN {words(gone)} THEN {value} END" if gone else value


def text_of(rule: ColumnRule, missing: Sequence[str], of_cell: str | None = None) -> str:
    """The text that a rule delivers before it is read as a type; NULL where it is missing."""
    gone = (*missing, *rule.missing)
    if rule.constant is not None:
        return quoted(rule.constant)
    if of_cell is not None:
        text = of_cell
    elif len(rule.sources) == 1:
        text = cell(rule.sources[0], gone)
    else:
        cells = ", ".join(cell(source, gone) for source in rule.sources)
        text = f"nullif(concat_ws({quoted(rule.joiner)}, {cells}), '')"
    return mapped(text, rule)


def mapped(text: str, rule: ColumnRule) -> str:
    """The text after the rule's value map."""
    if not rule.values:
        return text
    cases = " ".join(f"WHEN {quoted(given)} THEN {quoted(value)}" for given, value in rule.values)
    rest = {"keep": text, "empty": "NULL", "reject": f"chr(0) || {text}"}[rule.otherwise]
    return f"nullif(CASE {text} {cases} ELSE {rest} END, '')"


def value_of(text: str, rule: ColumnRule, kind: ColumnType, unit: str | None, zone: str) -> str:
    """`text` (a column name or expression) read as `kind`; NULL where it cannot be."""
    if kind == "text":
        return (
            f"CASE WHEN starts_with({text}, chr(0)) THEN NULL ELSE {text} END" if rule.otherwise == "reject" else text
        )
    if kind == "boolean":
        return _boolean(text, rule)
    if kind == "instant":
        return utc(text, rule, zone)
    if kind == "date":
        return f"CAST({local(text, rule)} AS DATE)"
    return _number(text, rule, kind, unit)


def _boolean(text: str, rule: ColumnRule) -> str:
    yes = rule.true_words or (TRUE_WORDS if not rule.false_words else ())
    no = rule.false_words or (FALSE_WORDS if not rule.true_words else ())
    lowered = f"lower({text})"
    # with only one side given, everything else is the other side
    if not no:
        return f"{lowered} IN {words(word.lower() for word in yes)}"
    if not yes:
        return f"{lowered} NOT IN {words(word.lower() for word in no)}"
    return (
        f"CASE WHEN {lowered} IN {words(word.lower() for word in yes)} THEN true "
        f"WHEN {lowered} IN {words(word.lower() for word in no)} THEN false END"
    )


def _number(text: str, rule: ColumnRule, kind: ColumnType, unit: str | None) -> str:
    factor = 1.0 if rule.factor is None else rule.factor
    if rule.formats == ("clock",):
        parts = f"string_split({text}, ':')"
        seconds = (
            f"CASE WHEN regexp_full_match({text}, '\\d+:\\d{{1,2}}(:\\d{{1,2}}(\\.\\d+)?)?') THEN "
            f"try_cast({parts}[1] AS DOUBLE) * 3600 + try_cast({parts}[2] AS DOUBLE) * 60 "
            f"+ coalesce(try_cast({parts}[3] AS DOUBLE), 0) END"
        )
        return f"({seconds}) / {_UNIT_SECONDS.get(unit or 'seconds', 1.0)!r} * {factor!r}"
    plain = text
    if rule.decimal == ",":
        plain = f"replace(replace({text}, '.', ''), ',', '.')"
    elif kind in {"integer", "number"}:
        grouped = f"contains({text}, ',') AND regexp_full_match({text}, '[+-]?\\d{{1,3}}(,\\d{{3}})+(\\.\\d+)?')"
        plain = f"CASE WHEN {grouped} THEN replace({text}, ',', '') ELSE {text} END"
    if kind == "integer" and rule.factor is None:
        return f"CASE WHEN regexp_full_match({plain}, '[+-]?\\d+(\\.0+)?') THEN try_cast({plain} AS BIGINT) END"
    looks = f"regexp_full_match({plain}, '[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?')"
    number = f"CASE WHEN {looks} THEN try_cast({plain} AS DOUBLE) END"
    scaled = number if rule.factor is None else f"({number}) * {factor!r}"
    return f"CAST(round({scaled}) AS BIGINT)" if kind == "integer" else scaled


def utc(text: str, rule: ColumnRule, zone: str) -> str:
    """An instant in UTC without zone; wall clock times are those of the rule's zone, else of `zone`."""
    return f"coalesce({', '.join(_instant(text, form, rule, zone) for form in rule.formats or ('iso',))})"


def local(text: str, rule: ColumnRule) -> str:
    """A date's wall clock reading, zones left aside."""
    return f"coalesce({', '.join(_reading(text, form, rule) for form in rule.formats or ('iso',))})"


def _instant(text: str, form: str, rule: ColumnRule, zone: str) -> str:
    reading = _reading(text, form, rule)
    if form in {"epoch", "epoch_ms"}:
        return reading
    if form == "iso":
        zoned = f"timezone('UTC', try_cast({text} AS TIMESTAMPTZ))"
        has_zone = (
            f"length({text}) > 16 AND NOT {_PLAIN_ISO.format(text)} AND regexp_matches({text}, {quoted(_ISO_ZONE)})"
        )
        wall = from_wall(reading, rule.zone or zone, f"{text} >= '{CONSTANT_SINCE}'")
        return f"CASE WHEN {has_zone} THEN {zoned} ELSE {wall} END"
    if "%z" in form.lower():
        return f"timezone('UTC', try_strptime(regexp_replace({text}, 'Z$', '+00:00'), {quoted(form)}))"
    return from_wall(reading, rule.zone or zone, None)


def from_wall(reading: str, zone: str, recent: str | None) -> str:
    """The UTC instant of a clock reading in `zone`; `recent` tells whether it is later than 1992."""
    in_zone = f"timezone('UTC', timezone({quoted(zone)}, {reading}))"
    offset = constant_offset(zone) if recent else None
    return (
        in_zone
        if offset is None
        else f"CASE WHEN {recent} THEN {reading} - INTERVAL {offset} SECOND ELSE {in_zone} END"
    )


def typed_wall(column: str, zone: str) -> str:
    """The UTC instant of a column of timestamps that are clock readings in `zone`."""
    return from_wall(column, zone, f"{column} >= TIMESTAMP '{CONSTANT_SINCE}-01-01'")


def _reading(text: str, form: str, rule: ColumnRule) -> str:
    """The wall clock reading of a text under one format."""
    if form == "iso":
        looks = f"{_PLAIN_ISO.format(text)} OR regexp_full_match({text}, {quoted(_ISO)})"
        reading = f"CASE WHEN {looks} THEN try_cast({text} AS TIMESTAMP) END"
    elif form in {"epoch", "epoch_ms"}:
        scale = "1000000" if form == "epoch" else "1000"
        number = f"try_cast({text} AS DOUBLE)"
        reading = f"CASE WHEN abs({number}) < 1e14 THEN make_timestamp(CAST(round({number} * {scale}) AS BIGINT)) END"
    elif form == "excel":
        number = f"try_cast({text} AS DOUBLE)"
        reading = (
            f"CASE WHEN {number} BETWEEN 1 AND 2958465 THEN "
            f"make_timestamp(CAST(round({number} * 86400) AS BIGINT) * 1000000 - 2209161600000000) END"
        )
    else:
        plain = text
        if "%p" in form:
            plain = f"replace(replace({text}, '上午', 'AM'), '下午', 'PM')"
        reading = f"try_strptime({plain}, {quoted(form)})"
    if rule.repair == "day_month":
        return f"({repaired(reading)})"
    return reading


def repaired(reading: str) -> str:
    """A reading with day and month exchanged wherever both could be a month."""
    exchanged = (
        f"make_timestamp(year({reading}), day({reading}), month({reading}), hour({reading}), minute({reading}), "
        f"second({reading}) + (microsecond({reading}) % 1000000) / 1e6)"
    )
    return f"CASE WHEN day({reading}) <= 12 THEN {exchanged} ELSE {reading} END"


def exchanged_count(text: str, rule: ColumnRule) -> str:
    """Aggregate: how many values the repair changes."""
    plain = ColumnRule(rule.target, formats=rule.formats)
    reading = local(text, plain)
    return f"count(*) FILTER (WHERE day({reading}) <= 12 AND day({reading}) <> month({reading}))"
