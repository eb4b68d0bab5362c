"""Which model takes the rows of which fact table, and whether a row fits into it at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import models

from qualityloop.analysis.datasets import Dataset
from qualityloop.analysis.messages import Message, message
from qualityloop.foundation.records import bulk
from qualityloop.foundation.records.models import Batch
from qualityloop.foundation.records.receiving import Refusal

ROWS = 20_000  # in one transaction: well under a second of the only write lock
ROW = "__row__"  # where a row stood in the table that was delivered
WHOLE = (-(2**31), 2**31 - 1)  # what an integer column of PostgreSQL holds
YEARS = (-62_135_596_800_000_000, 253_402_300_799_999_999)  # years 1 to 9999 in microseconds


@dataclass(frozen=True, slots=True)
class Delivery:
    """Whose rows, and the batch to which they belong."""

    source: str
    batch: Batch


@dataclass(frozen=True, slots=True)
class Soft:
    """A model that knows records by a key of its own (`<name>_key`) and is led to them where they are here."""

    model: type[models.Model]
    name: str
    relink: Callable[[list[int]], None]  # leads its rows with these primary keys to where their key says


Resolve = Callable[[pa.Table, Delivery], dict[str, pa.Array]]


@dataclass(frozen=True, slots=True)
class Target:
    """A model that takes the rows of a fact table.

    `columns` maps columns of the fact table to columns of the model (attname) that are kept as they come;
    `resolve` answers the columns that need other rows (team, agent, customer). Both may be absent from a table:
    what a delivery does not mention stays as it is. `derived` columns follow from others and are not compared;
    `follow` brings them up to date in restored rows. `arrived` hears the keys of new records, `grown` (of lines) the
    records that got new lines; `soft` refers to records by key, and stays when they go. `parent` is set for lines
    (events, messages), which have no life and no second version of their own.
    """

    dataset: Dataset
    model: type[models.Model]
    columns: Mapping[str, str]
    resolve: Resolve = lambda table, delivery: {}
    derived: frozenset[str] = frozenset()
    follow: Callable[[list[int]], None] | None = None
    arrived: Callable[[list[str], Delivery], None] | None = None
    grown: Callable[[list[int]], None] | None = None
    parent: Target | None = None
    soft: list[Soft] = field(default_factory=list)
    lines: tuple[str, ...] = ()  # fact tables of its lines, whose keys begin with the record's

    @property
    def key(self) -> str:
        """The column of the fact table that names the record, or the line's record."""
        return self.dataset.key[0]

    @property
    def owner(self) -> Target:
        """The target of the records to which lines belong."""
        if self.parent is None:
            raise TypeError(f"{self.dataset.name} are records of their own")
        return self.parent

    @property
    def parent_field(self) -> str:
        """The lines' column that leads to their record."""
        parent = self.owner.model
        return next(f.attname for f in self.model._meta.concrete_fields if f.related_model is parent)


def pieces(table: pa.Table, target: Target) -> Iterator[pa.Table]:
    """The table in parts that fit into one transaction, each row with its place."""
    wanted = [name for name in table.column_names if target.dataset.column(name) is not None]
    table = table.select(wanted)
    for start in range(0, table.num_rows, ROWS):
        piece = table.slice(start, ROWS).combine_chunks()
        yield piece.append_column(ROW, pa.array(range(start, start + piece.num_rows), pa.int64()))


def sound(piece: pa.Table, target: Target) -> tuple[pa.Table, list[Refusal]]:
    """The rows that fit into the model, cleaned; and why the others do not."""
    good = pa.repeat(pa.scalar(True), piece.num_rows)
    refused: list[Refusal] = []
    for column in target.dataset.columns:
        if column.name not in piece.column_names:
            continue
        values = _typed(piece.column(column.name), column.type)
        piece = piece.set_column(piece.column_names.index(column.name), column.name, values)
        for fits, reason in _tests(values, column.required, _field(target, column.name)):
            good = pc.and_(good, fits)
            for place in pc.indices_nonzero(pc.invert(fits)).to_pylist():
                refused.append(_refusal(piece, target, place, column.name, reason))
    return (piece, []) if not refused else (piece.filter(good), refused)


def layers(piece: pa.Table, target: Target) -> Iterator[pa.Table]:
    """Parts in which each key stands once; the second row of a key comes after the first, as a second delivery."""
    keys = list(zip(*(piece.column(name).to_pylist() for name in target.dataset.key), strict=True))
    if len(set(keys)) == len(keys):
        yield piece
        return
    seen: dict[Any, int] = {}
    turns: list[list[int]] = []
    for place, key in enumerate(keys):
        turn = seen[key] = seen.get(key, -1) + 1
        if turn == len(turns):
            turns.append([])
        turns[turn].append(place)
    for turn_rows in turns:
        yield piece.take(pa.array(turn_rows, pa.int64()))


def kept_columns(piece: pa.Table, target: Target) -> dict[str, pa.Array]:
    """The columns that the model keeps as they come, in its types; missing text is empty."""
    columns: dict[str, pa.Array] = {}
    for name, attname in target.columns.items():
        if name in piece.column_names:
            model_field = bulk.field_of(target.model, attname)
            values = _one(piece.column(name)).cast(bulk.arrow_type(model_field))
            if not model_field.null and pa.types.is_string(values.type):
                values = values.fill_null("")
            columns[attname] = values
    return columns


def key_in_words(piece: pa.Table, target: Target, place: int) -> str:
    """A row's key for people."""
    return " / ".join(str(piece.column(name)[place].as_py()) for name in target.dataset.key)


def _refusal(piece: pa.Table, target: Target, place: int, column: str, reason: Message) -> Refusal:
    return Refusal(key_in_words(piece, target, place), column, reason, piece.column(ROW)[place].as_py())


def _typed(values: pa.ChunkedArray, kind: str) -> pa.Array:
    one = _one(values)
    if kind == "text":
        return pc.replace_substring(one.cast(pa.string()), "\x00", "\ufffd")  # PostgreSQL keeps no NUL
    if kind == "instant":
        if pa.types.is_timestamp(one.type) and one.type.tz is not None:
            one = one.cast(pa.timestamp("us", tz="UTC"))
        return one.cast(pa.timestamp("us"))
    types = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    return one.cast(types[kind])


def _one(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks() if values.num_chunks != 1 else values.chunk(0)
    return values


def _field(target: Target, name: str) -> bulk.Field | None:
    """The field that keeps a column, or the key's field of the record or the lines' record."""
    if name in target.columns:
        return bulk.field_of(target.model, target.columns[name])
    if name == target.key:
        return bulk.field_of((target.parent or target).model, "external_id")
    return None


def _tests(values: pa.Array, required: bool, kept: bulk.Field | None) -> Iterator[tuple[pa.Array, Message]]:
    """What each value has to fulfil, as (per row whether it does, what to say if not)."""
    if required:
        given = values.is_valid()
        if pa.types.is_string(values.type):
            given = pc.and_(given, pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(values), ""), False))
        yield given, message("Nothing is given here, but it is needed.")
    longest = getattr(kept, "max_length", None)
    if pa.types.is_string(values.type) and longest:
        yield _up_to(pc.utf8_length(values), 0, longest), message("Longer than {count} characters.", count=longest)
    elif pa.types.is_int64(values.type):
        yield _up_to(values, *WHOLE), message("The number is too large.")
    elif pa.types.is_float64(values.type):
        yield pc.fill_null(pc.is_finite(values), True), message("This is not a number.")
    elif pa.types.is_timestamp(values.type):
        yield _up_to(values.cast(pa.int64()), *YEARS), message("The year is not one of 1 to 9999.")


def _up_to(values: pa.Array, low: int, high: int) -> pa.Array:
    return pc.fill_null(pc.and_(pc.greater_equal(values, low), pc.less_equal(values, high)), True)
