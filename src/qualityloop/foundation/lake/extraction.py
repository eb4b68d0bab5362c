"""Reading rows of the database as Arrow tables, in one snapshot, without going through Python row by row."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from django.db.models import F, QuerySet, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils import timezone

from qualityloop.analysis.datasets import ColumnType
from qualityloop.analysis.lake import ARROW_TYPES
from qualityloop.analysis.messages import AnalysisError, message

Types = Mapping[str, ColumnType]
Parameters = Sequence[Any]

CHUNK = 20_000  # rows at a time where the driver cannot be used
PATIENCE_SECONDS = 2.0  # for the only write lock of SQLite
YES = ("1", "1.0", "t", "true")
SAMPLES: dict[ColumnType, str] = {"integer": "0", "boolean": "0", "number": "0.0"}  # of other types: text


@dataclass(frozen=True, slots=True)
class Moment:
    """When a snapshot was taken, and since when every transaction that had begun has ended (None: not known)."""

    taken_at: datetime
    settled_at: datetime | None


class Reader(Protocol):
    """Answers queries in one snapshot. `in_order`: running numbers become visible in their order."""

    in_order: bool

    def stream(self, sql: str, parameters: Parameters, types: Sequence[ColumnType]) -> Iterator[pa.RecordBatch]:
        """The rows of `sql`, in columns of any names; instants may come as text.

        Asked at once, in the thread of the caller; the answer may be taken in another one.
        """
        ...


def rows(
    reader: Reader, query: QuerySet[Any], sources: Mapping[str, str | Combinable], types: Types
) -> pa.RecordBatchReader:
    """The rows of `query` in columns named and typed as `types`: instants in UTC, empty text as missing."""
    wanted = [_source(sources[name]) for name in types]
    sql, parameters = query.order_by().values_list(*wanted).query.sql_with_params()
    schema = schema_of(types)
    given = [_delivered(sources[name], kind) for name, kind in types.items()]
    batches = (_converted(batch, schema) for batch in reader.stream(sql, parameters, given))
    return pa.RecordBatchReader.from_batches(schema, batches)


def schema_of(types: Types) -> pa.Schema:
    """Columns as the lake wants them."""
    return pa.schema([pa.field(name, ARROW_TYPES[kind]) for name, kind in types.items()])


def number(reader: Reader, sql: str, parameters: Parameters) -> int:
    """The whole number that `sql` answers with, 0 for nothing."""
    found = [value for batch in reader.stream(sql, parameters, ["integer"]) for value in batch.column(0).to_pylist()]
    return int(found[0] or 0) if found else 0


def _source(source: str | Combinable) -> Any:
    """Expressions come as text, since nobody knows which type they have in which row."""
    return F(source) if isinstance(source, str) else Cast(source, TextField())


def _delivered(source: str | Combinable, kind: ColumnType) -> ColumnType:
    return kind if isinstance(source, str) else "text"


def _converted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [_column(column, field.type) for column, field in zip(batch.columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _column(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = pc.if_else(pc.equal(column, ""), pa.scalar(None, column.type), column)
    if pa.types.is_timestamp(wanted):
        return _instants(column, wanted)
    if pa.types.is_boolean(wanted) and pa.types.is_string(column.type):
        return pc.if_else(pc.is_null(column), None, pc.is_in(pc.utf8_lower(column), pa.array(YES)))
    if pa.types.is_integer(wanted) and pa.types.is_string(column.type):
        column = column.cast(pa.float64())
    return column.cast(wanted)


def _instants(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    """UTC without zone. SQLite keeps instants as text: 2026-01-31 08:00:00.123456, in UTC."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        try:
            return column.cast(wanted)
        except pa.ArrowInvalid:  # with an offset
            return column.cast(pa.timestamp("us", "UTC")).cast(wanted)
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        return column.cast(pa.timestamp("us", "UTC")).cast(wanted)
    return column.cast(wanted)


# ---- when --------------------------------------------------------------------------------------------------


def moment() -> Moment:
    """Now, just before a snapshot is taken."""
    if connection.vendor == "postgresql":
        return _moment_postgresql()
    now = timezone.now()
    return Moment(now, _settled_sqlite())


def clock() -> datetime:
    """Now, by the clock of the database."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def _settled_sqlite() -> datetime | None:
    """SQLite has one writer: whoever gets its lock knows that all others have ended."""
    path = database_file()
    if path is None or connection.in_atomic_block:
        return None
    with closing(sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)) as probe:
        try:
            probe.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return None
        now = timezone.now()
        probe.execute("ROLLBACK")
    return now


def _moment_postgresql() -> Moment:
    """The start of the oldest transaction that has not ended; not known while prepared ones wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp(), least(clock_timestamp(), min(xact_start)),"
            " (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database())"
            " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        now, settled, prepared = cursor.fetchone()
    return Moment(now, None if prepared else settled)


# ---- through which door ------------------------------------------------------------------------------------


def database_file() -> Path | None:
    """The file of a SQLite database; None for one in memory."""
    name = str(connection.settings_dict["NAME"])
    return None if connection.vendor != "sqlite" or ":memory:" in name or "mode=memory" in name else Path(name)


@contextmanager
def snapshot() -> Iterator[Reader]:
    """One snapshot of the database, read through ADBC.

    Inside a transaction, and for a database in memory, only our own connection sees the rows: then through it.
    """
    path = database_file()
    if connection.in_atomic_block or (connection.vendor == "sqlite" and path is None):
        yield _Cursor()
    elif path is not None:
        with _Child(path) as child:
            yield child
    else:
        import adbc_driver_postgresql.dbapi  # type: ignore[import-untyped]  # late: a page that reads no rows needs none

        with adbc_driver_postgresql.dbapi.connect(_address()) as opened:
            yield _Postgresql(opened)


def _address() -> str:
    """The address of the PostgreSQL database, as libpq reads it."""
    given = connection.settings_dict
    login = quote(str(given["USER"] or ""), safe="")
    if given["PASSWORD"]:
        login += ":" + quote(str(given["PASSWORD"]), safe="")
    place = f"{given['HOST'] or ''}:{given['PORT']}" if given["PORT"] else str(given["HOST"] or "")
    more = {k: v for k, v in given["OPTIONS"].items() if k in ("sslmode", "sslrootcert", "sslcert", "sslkey")}
    query = f"?{urlencode(more)}" if more else ""
    return f"postgresql://{login}{'@' if login else ''}{place}/{quote(str(given['NAME']), safe='')}{query}"


class _Postgresql:
    """The driver in this process."""

    in_order = False  # numbers are given out before they are committed

    def __init__(self, opened: Any) -> None:
        self._connection = opened
        with opened.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def stream(self, sql: str, parameters: Parameters, types: Sequence[ColumnType]) -> Iterator[pa.RecordBatch]:
        bound = connection.ops.compose_sql(sql, tuple(parameters))  # type: ignore[attr-defined]  # PostgreSQL's only
        cursor = self._connection.cursor()
        cursor.execute(bound)
        return self._answer(cursor)

    def _answer(self, cursor: Any) -> Iterator[pa.RecordBatch]:
        with cursor:
            yield from cursor.fetch_record_batch()


class _Child:
    """The driver in a process of its own, see sqlite_child.py."""

    in_order = True

    def __init__(self, path: Path) -> None:
        program = Path(__file__).with_name("sqlite_child.py")
        self._process = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-P", str(program), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *error: object) -> None:
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        self._process.kill()
        self._process.wait()

    def stream(self, sql: str, parameters: Parameters, types: Sequence[ColumnType]) -> Iterator[pa.RecordBatch]:
        # A first row of known types, since SQLite's columns have none; it is left out again.
        samples = ", ".join(SAMPLES.get(kind, "''") for kind in types)
        asked = f"SELECT {samples} UNION ALL SELECT * FROM ({_question_marks(sql)})"
        given = [value if isinstance(value, int | float | str | None) else str(value) for value in parameters]
        line = json.dumps({"sql": asked, "parameters": given}) + "\n"
        assert self._process.stdin is not None  # noqa: S101
        try:
            self._process.stdin.write(line.encode())
            self._process.stdin.flush()
        except OSError as error:
            raise self._failure() from error
        return self._answer()

    def _answer(self) -> Iterator[pa.RecordBatch]:
        assert self._process.stdout is not None  # noqa: S101
        try:
            first = True
            for batch in pa.ipc.open_stream(self._process.stdout):
                yield batch.slice(1) if first else batch
                first = False
        except (OSError, pa.ArrowException) as error:
            raise self._failure() from error

    def _failure(self) -> AnalysisError:
        assert self._process.stderr is not None  # noqa: S101
        said = self._process.stderr.read().decode(errors="replace").strip().splitlines()
        return AnalysisError(message("the database cannot be read: {reason}", reason=said[-1] if said else "?"))


def _question_marks(sql: str) -> str:
    """Django writes %s where SQLite's driver reads ?, and %% for %."""
    return sql.replace("%%", "\x00").replace("%s", "?").replace("\x00", "%")


class _Cursor:
    """Django's own connection, which sees what its transaction wrote."""

    in_order = True

    def stream(self, sql: str, parameters: Parameters, types: Sequence[ColumnType]) -> Iterator[pa.RecordBatch]:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            found = iter(partial(cursor.fetchmany, CHUNK), [])
            return iter([_batch(chunk, types) for chunk in found])


def _batch(chunk: Sequence[Sequence[Any]], types: Sequence[ColumnType]) -> pa.RecordBatch:
    arrays = [_array(column, kind) for column, kind in zip(zip(*chunk, strict=True), types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, names=[str(n) for n in range(len(arrays))])


def _array(values: Sequence[Any], kind: ColumnType) -> pa.Array:
    if kind in SAMPLES:
        return pa.array(values, ARROW_TYPES[kind] if kind != "boolean" else None)
    if all(value is None or isinstance(value, str) for value in values):
        return pa.array(values, pa.string())
    return pa.array(values)
