"""Parquet files: every value as the text that a CSV of the same table would hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qualityloop.analysis.messages import AnalysisError, Place, message

from .source import BATCH_ROWS, ROW, OnBroken, ReadOptions, Source, name_columns


class ParquetSource(Source):
    """One Parquet file; rows count from 2 like everywhere, the names being row 1."""

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, options)
        try:
            self.file = pq.ParquetFile(path)
        except (pa.ArrowInvalid, OSError) as error:
            raise AnalysisError(
                message("the Parquet file is damaged: {reason}", reason=str(error)), Place(self.name)
            ) from error
        names = self.file.schema_arrow.names
        self.columns, self.notes = name_columns(names, len(names), self.name)
        self._done = 0

    def done(self) -> tuple[int, int]:
        return (self._done, self.file.metadata.num_rows)

    def batches(self, broken: OnBroken) -> Iterator[pa.Table]:
        try:
            for batch in self.file.iter_batches(BATCH_ROWS):
                columns = [as_text(column) for column in batch.columns]
                numbers = pa.array(range(self._done + 2, self._done + 2 + batch.num_rows), pa.int64())
                self._done += batch.num_rows
                yield pa.table([*columns, numbers], names=[*self.columns, ROW])
        except (pa.ArrowInvalid, OSError) as error:
            raise AnalysisError(
                message("the Parquet file is damaged: {reason}", reason=str(error)), Place(self.name)
            ) from error
        self._done = 0


def as_text(column: pa.Array) -> pa.Array:  # noqa: PLR0911 (one answer per type)
    """The values as text; lists and records as JSON, bytes as UTF-8 where they are."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.array([None if v is None else v.decode("utf-8", "replace") for v in column.to_pylist()], pa.string())
    if pa.types.is_null(kind):
        return pa.nulls(len(column), pa.string())
    if pa.types.is_floating(kind):
        return _numbers_as_text(column)
    if pa.types.is_nested(kind):
        rows = pa.table({"v": column})
        with duckdb.connect() as connection:
            connection.register("rows", rows)
            text = connection.sql("SELECT to_json(v)::VARCHAR AS v FROM rows").to_arrow_table()
        return text["v"].combine_chunks()
    if pa.types.is_timestamp(kind) and kind.tz:
        utc = pc.cast(column, pa.timestamp("us", "UTC"), safe=False)
        return pc.binary_join_element_wise(pc.cast(pc.cast(utc, pa.timestamp("us")), pa.string()), "Z", "")
    return pc.cast(column, pa.string())


def _numbers_as_text(column: pa.Array) -> pa.Array:
    numbers = pc.cast(column, pa.float64())
    numbers = pc.if_else(pc.is_nan(numbers), None, numbers)
    whole = pc.fill_null(pc.and_(pc.equal(pc.floor(numbers), numbers), pc.less(pc.abs(numbers), 1e15)), False)
    integers = pc.cast(pc.if_else(whole, numbers, 0.0), pa.int64())
    return pc.if_else(whole, pc.cast(integers, pa.string()), pc.cast(numbers, pa.string()))
