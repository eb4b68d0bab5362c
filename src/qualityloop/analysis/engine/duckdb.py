"""DuckDB: one machine, many cores, a memory limit, and a folder to spill into."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import duckdb
import pyarrow as pa

from qualityloop.analysis.engine import Dialect
from qualityloop.analysis.messages import AnalysisError, message

Result = TypeVar("Result")


def quoted(text: str) -> str:
    """`text` as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def connect(
    *, memory_limit: str | None = None, threads: int | None = None, temp: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB that neither loads nor downloads extensions and counts time in UTC."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET enable_progress_bar = false")
    if memory_limit:
        connection.execute(f"SET memory_limit = {quoted(memory_limit)}")
    if threads:
        connection.execute(f"SET threads = {int(threads)}")
    connection.execute(f"SET temp_directory = {quoted(str(temp or Path(tempfile.gettempdir()) / 'qualityloop-spill'))}")
    return connection


class DuckDBEngine:
    """The Engine on this machine."""

    dialect: Dialect = "duckdb"

    def __init__(
        self, *, memory_limit: str | None = None, threads: int | None = None, temp: Path | None = None
    ) -> None:
        self._connection = connect(memory_limit=memory_limit, threads=threads, temp=temp)

    def attach(self, name: str, files: Sequence[Path]) -> None:
        """Make the Parquet `files` readable as table `name`."""
        if not files:
            raise ValueError(f"no files for table {name}")
        listed = ", ".join(quoted(str(file)) for file in files)
        identifier = '"' + name.replace('"', '""') + '"'
        view = (
            f"CREATE OR REPLACE TEMP VIEW {identifier} AS SELECT * FROM read_parquet([{listed}], union_by_name = true)"
        )
        self._guarded(lambda: self._connection.execute(view))

    def query(self, sql: str) -> pa.Table:
        """Run one SELECT; AnalysisError where memory or a file fails."""
        return self._guarded(lambda: self._connection.sql(sql).to_arrow_table())

    def _guarded(self, work: Callable[[], Result]) -> Result:
        try:
            return work()
        except duckdb.OutOfMemoryException as error:
            raise AnalysisError(
                message("not enough memory; give more with --memory, or fewer columns in --by")
            ) from error
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            first = str(error).splitlines()[0]
            raise AnalysisError(message("the data cannot be read: {reason}", reason=first)) from error

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
