"""An event log straight from a file, for process mining without a mapping."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.engine.duckdb import connect
from qualityloop.analysis.messages import AnalysisError, Message, Place, message

from . import expressions as sql
from .formats import open_source
from .headers import closeness, plain
from .inspection import first_rows
from .mapping import DEFAULT_ZONE, ColumnRule
from .plain_values import plainly_typed
from .profile import profile
from .proposal import match
from .source import ROW, Broken, CarefulReadingNeededError, Progress, Source, without_blanks

RejectedEvents = list[Broken]
_ROWS_LOOKED_AT = 10_000
_STARTS = frozenset({"starttimestamp", "starttime", "开始时间"})
_ENDS = frozenset({"completetimestamp", "completiontime", "endtimestamp", "完成时间"})


def read_events(
    path: Path,
    *,
    case: str | None = None,
    activity: str | None = None,
    time: str | None = None,
    seq: str | None = None,
    actor: str | None = None,
    zone: str = DEFAULT_ZONE,
    formats: Sequence[str] = (),
    missing: Sequence[str] = (),
    rejected: RejectedEvents | None = None,
    progress: Progress | None = None,
) -> pa.Table:
    """The events of `path`: case, activity, at (UTC), row; seq and actor where they are named.

    Also lifecycle and ended_at where the names of columns say so, for they tell how long a step was worked on. Case,
    activity and time are found in the first rows where they are not named. Text such as “NA” stays text unless it is in
    `missing`. Rows without case, activity or a readable instant go to `rejected`.
    """
    source = open_source(path)
    found = _columns(path, source, case=case, activity=activity, time=time)
    names = {**found, **{k: v for k, v in (("seq", seq), ("actor", actor)) if v}}
    measured = _measuring(source.columns, names)
    bad: RejectedEvents = [] if rejected is None else rejected
    rows = _rows(source, [*names.values(), *measured.values()], bad, progress)
    for column in names.values():
        if column not in rows.column_names:
            raise AnalysisError(
                message(
                    "the file has no column “{column}”; it has: {names}",
                    column=column,
                    names=", ".join(source.columns[:40]),
                ),
                Place(source.name),
            )
    names.update({key: column for key, column in measured.items() if column in rows.column_names})
    good = _typed(rows, names, zone=zone, formats=formats, missing=missing, bad=bad)
    if not good.num_rows:
        reason = bad[0].reason if bad else message("there are column names but no rows")
        raise AnalysisError(message("no event could be used: {reason}", reason=reason), Place(source.name))
    return good


def _typed(
    rows: pa.Table,
    names: dict[str, str],
    *,
    zone: str,
    formats: Sequence[str],
    missing: Sequence[str],
    bad: RejectedEvents,
) -> pa.Table:
    """The events that can be used, typed; the others go to `bad`."""
    clean = without_blanks(rows)
    with connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        columns = [
            f'{sql.cell(names["case"], missing)} AS "case"',
            f"{sql.cell(names['activity'], missing)} AS activity",
        ]
        for key, target in (("time", "at"), ("ended_at", "ended_at")):
            if key in names:
                clean, instant = _instant(connection, clean, names[key], formats=formats, missing=missing, zone=zone)
                columns.append(f'{instant} AS "{target}"')
        if "seq" in names:
            columns.append(f"try_cast({sql.cell(names['seq'], missing)} AS BIGINT) AS seq")
        columns += [f"{sql.cell(names[key], missing)} AS {key}" for key in ("actor", "lifecycle") if key in names]
        connection.register("events", clean)
        whole = connection.sql(
            f'SELECT {", ".join(columns)}, "{ROW}" AS "row" FROM events ORDER BY "{ROW}"'
        ).to_arrow_table()
        connection.register("whole", whole)
        checks = _checks("seq" in names)
        cases = " ".join(f"WHEN {test} THEN {n}" for n, (test, _, _) in enumerate(checks, 1))
        for row, rule_number in connection.execute(
            f'SELECT * FROM (SELECT "row", CASE {cases} ELSE 0 END AS rule FROM whole) WHERE rule > 0 ORDER BY 1'
        ).fetchall():
            _, what, reason = checks[rule_number - 1]
            bad.append(Broken(row, names.get(what, what), reason, ""))
        return connection.sql(
            f'SELECT * FROM whole WHERE (CASE {cases} ELSE 0 END) = 0 ORDER BY "row"'
        ).to_arrow_table()


def _checks(with_seq: bool) -> list[tuple[str, str, Message]]:
    required = message("a value is required here and missing")
    checks = [
        ('"case" IS NULL', "case", required),
        ("activity IS NULL", "activity", required),
        ('"at" IS NULL', "time", message("this is not an instant as the mapping describes it")),
        (
            f"NOT (\"at\" >= TIMESTAMP '{sql.EARLIEST}' AND \"at\" < TIMESTAMP '{sql.LATEST}')",
            "time",
            message("a date before 1970 or after 2099 cannot be right"),
        ),
    ]
    if with_seq:
        checks.append(("seq IS NULL", "seq", message("this is not a whole number")))
    return checks


def _instant(
    connection: duckdb.DuckDBPyConnection,
    rows: pa.Table,
    column: str,
    *,
    formats: Sequence[str],
    missing: Sequence[str],
    zone: str,
) -> tuple[pa.Table, str]:
    """SQL of a column's instants in UTC, and the rows, to which a column may have been added."""
    guessed = tuple(formats)
    if not guessed:
        seen = profile(connection, column, rows[column], timely=True)
        guessed = seen.formats or seen.partly
    rule = ColumnRule("at", (column,), formats=guessed)
    typed = plainly_typed(rows[column], rule, "instant", missing, zone)
    if typed is None:
        return rows, sql.utc(sql.cell(column, missing), rule, zone)
    added = sql.name(f"#typed {column}")
    rows = rows.append_column(f"#typed {column}", typed.values)
    return rows, sql.typed_wall(added, zone) if typed.wall else added


def _columns(path: Path, source: Source, *, case: str | None, activity: str | None, time: str | None) -> dict[str, str]:
    """The columns of case, activity and time: as named, else as the names and the first rows suggest."""
    given = {"case": case, "activity": activity, "time": time}
    if not all(given.values()):
        found = _found(path, source)
        for key, target in (("case", "ticket_id"), ("activity", "activity"), ("time", "at")):
            if given[key] is None and target not in found:
                raise AnalysisError(
                    message("cannot tell which column is the {what}; name it with --{what}. The file has: {names}",
                            what=key, names=", ".join(source.columns[:40])),
                    Place(source.name),
                )  # fmt: skip
            given[key] = given[key] or found[target]
    return {key: value for key, value in given.items() if value}


def _found(path: Path, source: Source) -> dict[str, str]:
    """Which columns may be those of ticket_events."""
    rows, _, _ = first_rows(open_source(path), _ROWS_LOOKED_AT)
    clean = without_blanks(rows.slice(0, _ROWS_LOOKED_AT))
    with connect() as connection:
        profiles = [profile(connection, name, clean[name], timely=True) for name in clean.column_names if name != ROW]
    matched = match(DATASETS["ticket_events"], profiles, path.name).matched
    found = {target: names[0] for target, names in matched.items()}
    starts = [name for name in source.columns if plain(name) in _STARTS]
    if starts and plain(found.get("at", "")) in _ENDS:
        found["at"] = starts[0]
    return found


def _measuring(columns: Sequence[str], names: dict[str, str]) -> dict[str, str]:
    """The columns of lifecycle and end, told by their names; those of the case say nothing of an event."""
    free = [name for name in columns if name not in names.values() and not name.startswith("case:")]
    found: dict[str, str] = {}
    for target in ("lifecycle", "ended_at"):
        near = [(closeness(name, target), name) for name in free]
        best = max(near, key=lambda pair: pair[0], default=(0.0, ""))
        if best[0] > 0:
            found[target] = best[1]
    if "ended_at" not in found and plain(names["time"]) in _STARTS:
        found.update([("ended_at", name) for name in free if plain(name) in _ENDS][:1])
    return found


def _rows(source: Source, columns: Sequence[str], bad: RejectedEvents, progress: Progress | None) -> pa.Table:
    """The needed columns of the whole file."""
    before = len(bad)
    source.wanted = frozenset(columns) if source.open_ended else None
    try:
        pieces = _pieces(source, columns, bad, progress)
    except CarefulReadingNeededError:
        del bad[before:]
        source.careful = True
        pieces = _pieces(source, columns, bad, progress)
    if pieces:
        return pa.concat_tables(pieces, promote_options="default")
    return pa.table({**{c: pa.array([], pa.string()) for c in source.columns}, ROW: pa.array([], pa.int64())})


def _pieces(source: Source, columns: Sequence[str], bad: RejectedEvents, progress: Progress | None) -> list[pa.Table]:
    pieces = []
    for batch in source.batches(bad.append):
        wanted = [name for name in dict.fromkeys(columns) if name in batch.column_names]
        pieces.append(batch.select([*wanted, ROW]))
        if progress:
            progress(*source.done())
    return pieces
