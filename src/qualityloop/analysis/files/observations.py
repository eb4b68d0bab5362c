"""What a person should know about a file before trusting it, each with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.messages import Message, message

from . import expressions as sql
from .mapping import ColumnRule, TableRule
from .profile import Profile, exchange_evidence, order_evidence
from .source import ROW

_NAMES_SHOWN = 8


def percent(part: int, whole: int) -> str:
    """ "26 %"."""
    return f"{100 * part / whole:.0f} %" if whole else "0 %"


def column_notes(file: str, profiles: Sequence[Profile]) -> list[Message]:
    """Empty and constant columns, and words that often mean “missing” but are text here."""
    notes: list[Message] = []
    rows = max((p.rows for p in profiles), default=0)
    empty = [p.name for p in profiles if rows and not p.filled]
    constant = [p.name for p in profiles if rows > 1 and p.constant is not None and p.filled == p.rows]
    if empty:
        notes.append(message("{file}: empty columns: {columns}", file=file, columns=", ".join(empty[:_NAMES_SHOWN])))
    if constant:
        notes.append(message("{file}: columns with a single value: {columns}", file=file,
                             columns=", ".join(constant[:_NAMES_SHOWN])))  # fmt: skip
    for p in profiles:
        if p.partly:
            notes.append(message("{file}, {column}: some values cannot be read as instants; "
                                 "their rows will be rejected", file=file, column=p.name))  # fmt: skip
        for word, count in p.missing_words[:3]:
            notes.append(message("{file}, {column}: “{word}” stands in {count} rows and is taken as text; if it means "
                                 "missing, put it under “missing”",
                                 file=file, column=p.name, word=word, count=count))  # fmt: skip
    return notes


def date_notes(
    connection: duckdb.DuckDBPyConnection, rule: ColumnRule, profiles: Sequence[Profile], file: str
) -> tuple[ColumnRule, list[Message]]:
    """In which order day and month stand, and whether some are exchanged: the rule, repaired where it is needed."""
    column = rule.sources[0]
    formats = next((p.formats for p in profiles if p.name == column), rule.formats)
    day_first, month_first = order_evidence(connection, "looked", column)
    notes: list[Message] = []
    if len(formats) > 1:
        notes.append(message("{file}, {column}: {day_first} dates can only be day–month "
                             "and {month_first} only month–day; "
                             "which order the rest has is not known", file=file, column=column, day_first=day_first,
                             month_first=month_first))  # fmt: skip
    elif not day_first and not month_first and formats and "%b" not in formats[0].lower():
        notes.append(message("{file}, {column}: no date tells whether the day or the month stands first; "
                             "{format} is assumed",
                             file=file, column=column, format=formats[0]))  # fmt: skip
    keys = [p.name for p in profiles if p.numbers >= 0.95 and p.uniqueness >= 0.9 and not p.is_instant]
    evidence = exchange_evidence(connection, "looked", column, formats, [*keys, ROW])
    if not evidence.proven:
        return rule, notes
    notes.append(
        message("{file}, {column}: day and month look exchanged in {count} of {rows} dates "
                "({share} of the dates have a day "
                "up to 12); the order of {key} agrees with the dates {before} as written and {after} after exchanging. "
                "The mapping repairs it (repair: day_month)",
                file=file, column=column, count=evidence.changed, rows=evidence.rows,
                share=percent(evidence.ambiguous, evidence.rows),
                key=message("the rows") if evidence.key in {None, ROW} else evidence.key,
                before=f"{evidence.fit_before:.3f}", after=f"{evidence.fit_after:.3f}")
    )  # fmt: skip
    return replace(rule, repair="day_month"), notes


def key_notes(connection: duckdb.DuckDBPyConnection, table: TableRule, file: str) -> list[Message]:
    """Repeated keys, and rows that differ in nothing but the key."""
    key = [rule.sources[0] for name in DATASETS[table.dataset].key if (rule := table.rule(name)) and rule.sources]
    if len(key) != 1 or len(DATASETS[table.dataset].key) != 1:
        return []
    value = sql.cell(key[0], ())
    columns = [row[0] for row in connection.execute("DESCRIBE looked").fetchall() if row[0] != ROW]
    whole = ", ".join(sql.name(column) for column in columns)
    rest = ", ".join(sql.name(column) for column in columns if column != key[0])
    rows, keys, contents, others = connection.execute(
        f"SELECT count({value}), count(DISTINCT {value}), count(DISTINCT hash({whole})), "
        f"{f'count(DISTINCT hash({rest}))' if rest else 'count(*)'} FROM looked WHERE {value} IS NOT NULL"
    ).fetchall()[0]
    notes: list[Message] = []
    if rows > keys:
        notes.append(message("{file}, {column}: {count} rows repeat a key that was there before, "
                             "{same} of them exactly",
                             file=file, column=key[0], count=rows - keys, same=rows - contents))  # fmt: skip
    if rest and contents > others and len(columns) > 3:
        notes.append(message("{file}: {count} rows are like an earlier one in everything but {column}",
                             file=file, count=contents - others, column=key[0]))  # fmt: skip
    return notes


def zone_notes(  # noqa: PLR0911 (each case of doubt ends it)
    connection: duckdb.DuckDBPyConnection, table: TableRule, profiles: Sequence[Profile], file: str, zone: str
) -> list[Message]:
    """Which zone the instants are in, and where that is doubtful."""
    instant = table.rule(DATASETS[table.dataset].instant)
    if instant is None or not instant.sources:
        return []
    column = instant.sources[0]
    formats = next((p.formats for p in profiles if p.name == column), ())
    if formats != ("iso",):
        if formats and formats[0].startswith("epoch"):
            return []
        return [_no_zone(file, column, zone)]
    value = sql.cell(column, ())
    rows, zoned, in_utc, by_day, dates = connection.execute(
        f"SELECT count(v), count(*) FILTER (WHERE v ~ '.*:.*(Z|UTC|[+-]\\d{{2}}:?\\d{{2}})$'), "
        f"count(*) FILTER (WHERE v ~ '.*:.*(Z|UTC|[+-]00:?00)$'), "
        f"count(*) FILTER (WHERE hour(try_cast(v AS TIMESTAMP)) BETWEEN 6 AND 18), "
        f"count(*) FILTER (WHERE NOT contains(v, ':')) "
        f"FROM (SELECT {value} AS v FROM looked)"
    ).fetchall()[0]
    if rows and dates == rows:
        return [message("{file}, {column}: only dates, no time of day; durations are whole days",
                        file=file, column=column),
                _no_zone(file, column, zone)]  # fmt: skip
    if zoned < rows:
        return [_no_zone(file, column, zone)]
    if in_utc == rows and by_day >= 0.95 * rows:
        return [message("{file}, {column}: all instants say UTC, yet {share} of them lie between 6 and 19 o'clock; "
                        "the clock "
                        "may have been a local one, so hours and days are doubtful", file=file, column=column,
                        share=percent(by_day, rows))]  # fmt: skip
    return []


def _no_zone(file: str, column: str, zone: str) -> Message:
    return message(
        "{file}, {column}: the times name no zone; they are taken as {zone}", file=file, column=column, zone=zone
    )
