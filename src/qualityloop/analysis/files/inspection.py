"""Looking at files: what is in them, what is odd about them, and a mapping to start from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.engine.duckdb import connect
from qualityloop.analysis.messages import AnalysisError, Message, Place, message

from . import expressions as sql
from .columnar import ParquetSource
from .formats import kind_of, open_source, table_files
from .json_lines import JsonLinesSource
from .mapping import DEFAULT_ZONE, ColumnRule, Mapping, TableRule
from .mapping_text import mapping_to_yaml
from .observations import column_notes, date_notes, key_notes, zone_notes
from .profile import Profile, profile
from .proposal import Proposal, best_proposal, table_rule, tickets_from_log
from .shipped import recognised
from .source import ROW, Broken, CarefulReadingNeededError, Progress, ReadOptions, Source, without_blanks
from .tabular_text import TextSource
from .workbook import sheet_names

_ROWS_LOOKED_AT = 2_000_000
_SLOW_ROWS_LOOKED_AT = 300_000  # of files that are read row by row
_BYTES_LOOKED_AT = 1 << 29
_TIME_WORDS = ("time", "date", "stamp", "created", "opened", "closed", "at", "时间", "日期", "时刻")


@dataclass(frozen=True, slots=True)
class Inspection:
    """A proposed mapping, and what there is to know about the files before it is used."""

    mapping: Mapping
    notes: list[Message] = field(default_factory=list)
    unused: dict[str, tuple[str, ...]] = field(default_factory=dict)
    incomplete: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def to_yaml(self, language: str = "zh") -> str:
        """The mapping as a file with the notes above it."""
        return mapping_to_yaml(self.mapping, language, self.notes, self.unused)

    def require_complete(self) -> Mapping:
        """The mapping, where it can be used as it is."""
        for file, columns in self.incomplete.items():
            raise AnalysisError(
                message("cannot tell which column is {columns}; write a mapping (qualityloop inspect makes a draft)",
                        columns=", ".join(columns)),
                Place(file),
            )  # fmt: skip
        return self.mapping


@dataclass(slots=True)
class _Looked:
    """One table that was read, with its proposal."""

    source: Source
    profiles: list[Profile]
    tables: list[TableRule]
    proposal: Proposal
    notes: list[Message]


def inspect_files(
    paths: Sequence[Path] | Path,
    *,
    progress: Progress | None = None,
    zone: str = DEFAULT_ZONE,
    unreadable: Callable[[Path, AnalysisError], None] | None = None,
) -> Inspection:
    """Look at `paths` (files or folders) and propose a mapping; AnalysisError where there is no table at all.

    A file that cannot be read ends it, unless somebody wants to be told of the `unreadable` ones.
    """
    files = table_files([paths] if isinstance(paths, Path) else list(paths))
    if not files:
        raise AnalysisError(message("there is no file to read"))
    looked: list[_Looked] = []
    for number, file in enumerate(files):
        if progress:
            progress(number, len(files))
        try:
            for options in _parts(file):
                looked.append(_look(file, options, zone))
                _as_shipped(looked[-1], options)
        except AnalysisError as error:
            if unreadable is None:
                raise
            unreadable(file, error)
    if progress:
        progress(len(files), len(files))
    masters = [t for one in looked for t in one.tables if t.dataset == "tickets" and t.events is None]
    tables = [t for one in looked for t in one.tables if not (masters and t.dataset == "tickets" and t.events)]
    return Inspection(
        Mapping(tuple(tables), zone),
        _once([note for one in looked for note in one.notes]),
        {one.source.name: _unused(one) for one in looked},
        {one.source.name: one.proposal.missing for one in looked if one.proposal.missing},
    )


def _once(notes: list[Message]) -> list[Message]:
    seen: dict[str, Message] = {}
    for note in notes:
        seen.setdefault(str(note), note)
    return list(seen.values())


def _unused(one: _Looked) -> tuple[str, ...]:
    used = {name for table in one.tables for rule in table.columns for name in rule.sources}
    used |= {rule.take.of for table in one.tables for rule in table.columns if rule.take and rule.take.of}
    return tuple(p.name for p in one.profiles if p.name not in used)


def _parts(file: Path) -> list[ReadOptions]:
    """The tables in a file: the sheets of a workbook, the list of records inside JSON records."""
    kind = kind_of(file)
    if kind == "workbook":
        names = sheet_names(file)
        return [ReadOptions(sheet=name) for name in names] if len(names) > 1 else [ReadOptions()]
    if kind == "json":
        source = open_source(file)
        if isinstance(source, JsonLinesSource) and source.lists and recognised(source.columns) is None:
            return [ReadOptions(explode=max(source.lists, key=lambda name: source.lists[name]))]
    return [ReadOptions()]


def _limit(source: Source) -> int:
    """How many rows are looked at."""
    quick = isinstance(source, ParquetSource) or (isinstance(source, TextSource) and not source.careful)
    return _ROWS_LOOKED_AT if quick else _SLOW_ROWS_LOOKED_AT


def first_rows(source: Source, limit: int | None = None) -> tuple[pa.Table, bool, list[Broken]]:
    """The first rows as one table, whether there may be more, and those that could not be read."""
    broken: list[Broken] = []
    try:
        pieces, more = _pieces(source, limit or _limit(source), broken)
    except CarefulReadingNeededError:
        source.careful = True
        broken = []
        pieces, more = _pieces(source, limit or _limit(source), broken)
    if not pieces:
        empty = pa.table({name: pa.array([], pa.string()) for name in source.columns})
        return empty.append_column(ROW, pa.array([], pa.int64())), False, broken
    return pa.concat_tables(pieces, promote_options="default"), more, broken


def _pieces(source: Source, limit: int, broken: list[Broken]) -> tuple[list[pa.Table], bool]:
    pieces: list[pa.Table] = []
    rows = size = 0
    for batch in source.batches(broken.append):
        pieces.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
        if rows >= limit or size >= _BYTES_LOOKED_AT:
            return pieces, True
    return pieces, False


def _look(file: Path, options: ReadOptions, zone: str) -> _Looked:
    source = open_source(file, options)
    table, cut, broken = first_rows(source)
    name, rows = source.name, table.num_rows
    columns = [column for column in table.column_names if column != ROW]
    notes = [
        message("{file}: {rows} rows, {columns} columns", file=name, rows=rows, columns=len(columns)),
        *source.notes,
    ]
    if cut:
        notes.append(message("{file}: only the first {rows} rows were looked at", file=name, rows=rows))
    if broken:
        notes.append(message("{file}: {count} rows cannot be read, the first is row {row}: {reason}",
                             file=name, count=len(broken), row=broken[0].row or "?",
                             reason=broken[0].reason))  # fmt: skip
    if options.explode:
        notes.append(message("{file}: each record holds a list “{list}”; every member of it is a row (read: explode)",
                             file=name, list=options.explode))  # fmt: skip
    if not rows:
        notes.append(message("{file}: there are column names but no rows", file=name))
    with connect() as connection:
        clean = without_blanks(table)
        connection.register("looked", clean)
        profiles = [profile(connection, column, clean[column], _timely(column)) for column in columns]
        proposal = best_proposal(profiles, file.name)
        rule = table_rule(proposal, profiles, file.name, options)
        if len(profiles) == 1:
            notes.append(message("{file}: there is only one column; is the delimiter right?", file=name))
        notes += column_notes(name, profiles)
        rule, more = _with_repairs(connection, rule, profiles, name)
        notes += more + key_notes(connection, rule, name) + zone_notes(connection, rule, profiles, name, zone)
        tables = [rule]
        if rule.dataset == "ticket_events" and not proposal.missing:
            tables.append(_tickets(connection, rule, profiles))
            notes.append(_log_note(connection, rule, name))
        else:
            notes.append(_guess_note(proposal, name))
    if proposal.missing:
        notes.append(message("{file}: no column was found for {columns}; fill them in", file=name,
                             columns=", ".join(proposal.missing)))  # fmt: skip
    return _Looked(source, profiles, tables, proposal, notes)


def _as_shipped(one: _Looked, options: ReadOptions) -> None:
    """Where a file is an export that a shipped mapping knows: that mapping takes the place of the proposal."""
    columns = [profile.name for profile in one.profiles]
    found = recognised(columns)
    if found is None:
        return
    one.tables = [found.table(columns, one.source.path.name, options)]
    one.proposal = replace(one.proposal, missing=())
    one.notes.append(message("{file}: recognised as “{export}”; its mapping is used ({documentation})",
                             file=one.source.name, export=found.label, documentation=found.documentation))  # fmt: skip


def _timely(column: str) -> bool:
    return any(word in column.lower() for word in _TIME_WORDS)


def _with_repairs(
    connection: duckdb.DuckDBPyConnection, table: TableRule, profiles: Sequence[Profile], file: str
) -> tuple[TableRule, list[Message]]:
    """The table with the repair of exchanged days and months where the evidence asks for it."""
    notes: list[Message] = []
    rules: list[ColumnRule] = []
    for rule in table.columns:
        new = rule
        if any("%d" in form for form in rule.formats) and not rule.formats[0].startswith("%Y"):
            new, more = date_notes(connection, rule, profiles, file)
            notes += more
        rules.append(new)
    return replace(table, columns=tuple(rules)), notes


def _activities(connection: duckdb.DuckDBPyConnection, table: TableRule) -> list[str]:
    rule = table.rule("activity")
    value = sql.cell(rule.sources[0] if rule else "", ())
    rows = connection.execute(
        f"SELECT v FROM (SELECT {value} AS v FROM looked) WHERE v IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v"
    ).fetchall()
    return [row[0] for row in rows]


def _tickets(connection: duckdb.DuckDBPyConnection, log: TableRule, profiles: Sequence[Profile]) -> TableRule:
    return tickets_from_log(log, profiles, _activities(connection, log))


def _log_note(connection: duckdb.DuckDBPyConnection, log: TableRule, file: str) -> Message:
    case = log.rule("ticket_id")
    value = sql.cell(case.sources[0] if case else "", ())
    cases, events = connection.execute(f"SELECT count(DISTINCT {value}), count({value}) FROM looked").fetchall()[0]
    return message(
        "{file}: an event log: {cases} cases, {events} events, {activities} activities; the tickets are made from it",
        file=file, cases=cases, events=events, activities=len(_activities(connection, log)),
    )  # fmt: skip


def _guess_note(proposal: Proposal, file: str) -> Message:
    return message("{file}: taken for the dataset {dataset} ({label}); {count} columns recognised", file=file,
                   dataset=proposal.dataset.name, label=DATASETS[proposal.dataset.name].label,
                   count=len(proposal.matched))  # fmt: skip
