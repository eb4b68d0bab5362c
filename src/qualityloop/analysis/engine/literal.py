"""Text literals, safe in the dialect of each engine."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.dialects import DuckDB, Spark

from qualityloop.analysis.engine import Dialect

DIALECTS = {"duckdb": DuckDB, "spark": Spark}  # named here, so that no query waits for sqlglot to find them


def text_sql(value: str, dialect: Dialect) -> str:
    """A text literal that reads as `value` and nothing else."""
    written = exp.Literal.string(value).sql(DIALECTS[dialect])
    # Spark replaces ${…} by settings and environment variables before it parses, inside quotation marks too.
    return written.replace("$", "\\u0024") if dialect == "spark" else written
