"""Whole tables in and out of the database: `COPY` on PostgreSQL, `executemany` and JSON lists on SQLite.

A column travels as an Arrow array; a cell that is compared travels as the database itself gives it back.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from django.db import connection, models

Cells = tuple[Any, ...]
Field: TypeAlias = "models.Field[Any, Any]"

ARROW: tuple[tuple[type[Any], pa.DataType], ...] = (
    (models.ForeignKey, pa.int64()),
    (models.DateTimeField, pa.timestamp("us")),
    (models.BooleanField, pa.bool_()),
    (models.FloatField, pa.float64()),
    (models.IntegerField, pa.int64()),
)


def quoted(name: str) -> str:
    """`name` as an identifier."""
    return connection.ops.quote_name(name)


def table_of(model: type[models.Model]) -> str:
    """The model's table as an identifier."""
    return quoted(model._meta.db_table)


def field_of(model: type[models.Model], attname: str) -> Field:
    """The concrete field behind a column of the model."""
    return next(field for field in model._meta.concrete_fields if field.attname == attname)


def column_of(model: type[models.Model], attname: str) -> str:
    """The column as an identifier."""
    return quoted(str(field_of(model, attname).column))


def arrow_type(field: Field) -> pa.DataType:
    """How the field's column travels."""
    return next((arrow for kind, arrow in ARROW if isinstance(field, kind)), pa.string())


def insert(model: type[models.Model], columns: Mapping[str, pa.Array]) -> None:
    """Insert rows; columns by attname, what is not named gets its default. IntegrityError where a row is there."""
    complete = dict(columns)
    count = len(next(iter(complete.values())))
    for field in model._meta.concrete_fields:
        if field.attname not in complete and not field.primary_key and not field.null:
            complete[field.attname] = constant(field.get_default(), count, arrow_type(field))
    if connection.vendor == "postgresql":
        _copy(model, complete)
    else:
        _execute_many(model, complete)


def constant(value: Any, count: int, kind: pa.DataType) -> pa.Array:
    """`value`, `count` times."""
    if pa.types.is_timestamp(kind) and value is not None and value.tzinfo is not None:
        value = value.replace(tzinfo=None) - value.utcoffset()
    return pa.repeat(pa.scalar(value, kind), count)


def _copy(model: type[models.Model], columns: Mapping[str, pa.Array]) -> None:
    zoned = [_in_utc(column) for column in columns.values()]
    out = io.BytesIO()
    options = pa_csv.WriteOptions(include_header=False, quoting_style="all_valid")  # "" is text, nothing is NULL
    pa_csv.write_csv(pa.table(zoned, names=list(columns)), out, options)
    names = ", ".join(column_of(model, name) for name in columns)
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table_of(model)} ({names}) FROM STDIN (FORMAT csv)") as copy,
    ):
        copy.write(out.getbuffer())


def _in_utc(column: pa.Array) -> pa.Array:
    return column.cast(pa.timestamp("us", tz="UTC")) if pa.types.is_timestamp(column.type) else column


def _execute_many(model: type[models.Model], columns: Mapping[str, pa.Array]) -> None:
    names = ", ".join(column_of(model, name) for name in columns)
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table_of(model)} ({names}) VALUES ({places})", rows_of(list(columns.values()))
        )


def rows_of(columns: Sequence[pa.Array]) -> list[Cells]:
    """Columns as rows of cells, as the database takes them."""
    if connection.vendor == "sqlite":  # instants as the text that Django writes: a fraction only where there is one
        columns = [
            pc.replace_substring(column.cast(pa.string()), ".000000", "")
            if pa.types.is_timestamp(column.type)
            else column
            for column in columns
        ]
    return read_rows(columns)


def read_rows(columns: Sequence[pa.Array]) -> list[Cells]:
    """Columns as rows of cells, as a query gives them back."""
    if connection.vendor == "postgresql":
        columns = [_in_utc(column) for column in columns]
    return list(zip(*(column.to_pylist() for column in columns), strict=True))


def cell_of(at: datetime) -> Any:
    """An instant as a cell."""
    return rows_of([constant(at, 1, pa.timestamp("us"))])[0][0]


def among(column: str, values: Sequence[Any]) -> tuple[str, Any]:
    """A condition that a column is one of many values, and its one parameter."""
    if connection.vendor == "sqlite":
        return f"{column} IN (SELECT value FROM json_each(%s))", json.dumps(values, ensure_ascii=False)
    return f"{column} = ANY(%s)", list(values)


def fetch(sql: str, params: Iterable[Any]) -> list[Cells]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return list(cursor.fetchall())


def execute(sql: str, params: Iterable[Any] = ()) -> int:
    """Run a statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return max(int(cursor.rowcount), 0)


def columns_of(model: type[models.Model], attnames: Iterable[str], alias: str = "") -> str:
    """Columns as they stand in a SELECT."""
    prefix = f"{alias}." if alias else ""
    return ", ".join(prefix + column_of(model, name) for name in attnames)


def update(model: type[models.Model], attnames: Sequence[str], rows: Sequence[Cells]) -> None:
    """Set columns of rows; each row of cells ends with the primary key."""
    if not rows:
        return
    sets = ", ".join(f"{column_of(model, name)} = %s" for name in attnames)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table_of(model)} SET {sets} WHERE id = %s", rows)


def locking() -> str:
    """What makes a SELECT keep its rows until the transaction ends; SQLite has one writer anyway."""
    return " FOR UPDATE" if connection.vendor == "postgresql" else ""


def numbers_by_key(
    model: type[models.Model], source: str, keys: Sequence[str], *, by_hand: bool = False
) -> dict[str, int]:
    """Primary keys of records by the key under which `source` speaks of them, else by their number.

    `by_hand`: by number only those that were registered here.
    """
    if not keys:
        return {}
    table = table_of(model)
    condition, values = among("number", keys)
    if by_hand:
        condition += " AND external_id IS NULL"
    found: dict[str, int] = dict(fetch(f"SELECT number, id FROM {table} WHERE {condition}", [values]))
    condition, values = among("external_id", keys)
    found.update(fetch(f"SELECT external_id, id FROM {table} WHERE source = %s AND {condition}", [source, values]))
    return found


def taken_numbers(model: type[models.Model], numbers: Sequence[str]) -> set[str]:
    """Which of `numbers` are given out already."""
    condition, values = among("number", numbers)
    return {number for (number,) in fetch(f"SELECT number FROM {table_of(model)} WHERE {condition}", [values])}


def free_numbers(model: type[models.Model], source: str, keys: Sequence[str], longest: int = 200) -> list[str]:
    """A number for each new record: its key where that is free, else the key with the source, else counted on."""
    given = taken_numbers(model, keys)
    reserved = set(keys)
    numbers = []
    for key in keys:
        number, count = key, 1
        free = number not in given
        while not free:
            ending = f" ({source})" if count == 1 else f" ({source} {count})"
            number, count = key[: longest - len(ending)] + ending, count + 1
            free = number not in reserved and number not in given and not taken_numbers(model, [number])
        given.add(number)
        numbers.append(number)
    return numbers
