"""Engines: where a query over lake files runs. One definition of every indicator, compiled for the engine's dialect."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, Self

if TYPE_CHECKING:
    import pyarrow as pa

Dialect = Literal["duckdb", "spark"]


class Engine(Protocol):
    """Runs SQL in its own dialect over Parquet files and answers with an Arrow table."""

    dialect: Dialect

    def attach(self, name: str, files: Sequence[Path]) -> None:
        """Make the union (by column name) of Parquet `files` readable as table `name`; replaces an earlier one."""
        ...

    def query(self, sql: str) -> pa.Table:
        """Run one SELECT written in `self.dialect`."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_engine(
    url: str = "duckdb", *, memory_limit: str | None = None, threads: int | None = None, temp: Path | None = None
) -> Engine:
    """Open the engine named by `url`: "duckdb", or a Spark master such as "spark://127.0.0.1:7077" or "local[2]".

    `memory_limit` like "4GB"; `temp` is where DuckDB spills.
    """
    if url == "duckdb":
        from .duckdb import DuckDBEngine

        return DuckDBEngine(memory_limit=memory_limit, threads=threads, temp=temp)
    from .spark import SparkEngine

    return SparkEngine(url)
