"""An event log straight from a file, for process mining without a mapping."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from qualityloop.analysis.engine.duckdb import connect
from qualityloop.analysis.messages import AnalysisError, Message, Place, message

from . import expressions as sql
from .formats import open_source
from .mapping import DEFAULT_ZONE, ColumnRule
from .profile import profile
from .source import ROW, Broken, CarefulReadingNeededError, Progress, ReadOptions, Source, without_blanks

RejectedEvents = list[Broken]


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
    """The events of `path`: case, activity, at (UTC), seq where there is one, actor where there is one, row.

    Columns that are not named are found as `inspect_files` would. Text such as “NA” stays text unless it is in
    `missing`. Rows without case, activity or a readable instant go to `rejected`.
    """
    source = open_source(path, ReadOptions())
    found = _columns(path, source, case=case, activity=activity, time=time, zone=zone)
    names = {**found, **{k: v for k, v in (("seq", seq), ("actor", actor)) if v}}
    bad: RejectedEvents = [] if rejected is None else rejected
    rows = _rows(source, list(names.values()), bad, progress)
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
    with connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        connection.register("rows", without_blanks(rows))
        connection.execute("CREATE TEMP TABLE events AS SELECT * FROM rows")
        connection.unregister("rows")
        guessed = tuple(formats) or profile(connection, "events", names["time"], timely=True).formats
        rule = ColumnRule("at", (names["time"],), formats=guessed)
        columns = [
            f'{sql.cell(names["case"], missing)} AS "case"',
            f"{sql.cell(names['activity'], missing)} AS activity",
            f'{sql.utc("t", rule, zone)} AS "at"',
        ]
        if "seq" in names:
            columns.append(f"try_cast({sql.cell(names['seq'], missing)} AS BIGINT) AS seq")
        if "actor" in names:
            columns.append(f"{sql.cell(names['actor'], missing)} AS actor")
        whole = connection.sql(
            f'SELECT {", ".join(columns)}, "{ROW}" AS "row" FROM '
            f'(SELECT *, {sql.cell(names["time"], missing)} AS t FROM events) ORDER BY "{ROW}"'
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


def _columns(
    path: Path, source: Source, *, case: str | None, activity: str | None, time: str | None, zone: str
) -> dict[str, str]:
    given = {"case": case, "activity": activity, "time": time}
    if all(given.values()):
        return {key: value for key, value in given.items() if value}
    from .inspection import inspect_files

    table = next((t for t in inspect_files(path, zone=zone).mapping.tables if t.dataset == "ticket_events"), None)
    for key, target in (("case", "ticket_id"), ("activity", "activity"), ("time", "at")):
        rule = table.rule(target) if table else None
        if given[key] is None:
            if rule is None or not rule.sources:
                raise AnalysisError(
                    message("cannot tell which column is the {what}; name it with --{what}. The file has: {names}",
                            what=key, names=", ".join(source.columns[:40])),
                    Place(source.name),
                )  # fmt: skip
            given[key] = rule.sources[0]
    return {key: value for key, value in given.items() if value}


def _rows(source: Source, columns: Sequence[str], bad: RejectedEvents, progress: Progress | None) -> pa.Table:
    """The needed columns of the whole file."""
    before = len(bad)
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
