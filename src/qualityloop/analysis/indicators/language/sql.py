"""From a checked tree to SQL: conditions and scalars of one row, in DuckDB's dialect and in Spark's."""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from qualityloop.analysis.datasets import Dataset
from qualityloop.analysis.engine import Dialect
from qualityloop.analysis.engine.literal import DIALECTS, text_sql
from qualityloop.analysis.indicators.language.tree import (
    Between,
    Chain,
    Compare,
    Contains,
    In,
    IsNull,
    Like,
    Literal,
    Logic,
    Name,
    Negative,
    Node,
    Not,
)


def column_sql(name: str, dialect: Dialect) -> str:
    """A quoted column name."""
    return exp.to_identifier(name, quoted=True).sql(DIALECTS[dialect])


def row_sql(node: Node, dataset: Dataset, dialect: Dialect) -> str:  # noqa: PLR0911 - a branch per kind of node
    """The value that a row of `dataset` gives `node`, in parentheses where it is more than one word."""

    def sql(part: Node) -> str:
        return row_sql(part, dataset, dialect)

    match node:
        case Literal():
            return literal_sql(node.value, dialect)
        case Name():
            return column_sql(node.name, dialect)
        case Negative() | Chain():
            return double_sql(node, dataset, dialect)
        case Compare():
            return f"({sql(node.left)} {node.operator} {sql(node.right)})"
        case Logic():
            return "(" + f" {node.operator} ".join([sql(o) for o in node.operands]) + ")"
        case Not():
            return f"(NOT {sql(node.operand)})"
        case IsNull():
            return f"({sql(node.operand)} IS {'NOT ' if node.negated else ''}NULL)"
        case In():
            values = ", ".join([sql(v) for v in node.values])
            return f"({sql(node.operand)} {'NOT ' if node.negated else ''}IN ({values}))"
        case Between():
            return f"({sql(node.operand)} {'NOT ' if node.negated else ''}BETWEEN {sql(node.low)} AND {sql(node.high)})"
        case Like():
            pattern = str(node.pattern.value)
            if dialect == "spark":  # there a backslash escapes inside a pattern, in DuckDB it is itself
                pattern = pattern.replace("\\", "\\\\")
            return f"({sql(node.operand)} {'NOT ' if node.negated else ''}LIKE {text_sql(pattern, dialect)})"
        case Contains():
            text = sql(node.operand)
            return "(" + " OR ".join([f"(instr({text}, {sql(word)}) > 0)" for word in node.words]) + ")"
    raise TypeError(f"no row value: {node!r}")


def literal_sql(value: bool | int | float | str | date, dialect: Dialect) -> str:
    """A literal; fractions as doubles, which engines would otherwise read as decimals."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return text_sql(value, dialect)
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, int):
        return str(value) if value >= 0 else f"({value})"
    return double_literal(value)


def double_literal(value: float) -> str:
    """A number that both engines read as the same double."""
    written = repr(float(value))
    written = written if "e" in written else f"{written}e0"
    return written if value >= 0 else f"({written})"


def double_sql(node: Node, dataset: Dataset, dialect: Dialect) -> str:
    """A numeric scalar as a double, so that nothing overflows or is divided as whole numbers."""
    match node:
        case Literal(value=int() | float() as value):
            return double_literal(value)
        case Name():
            column = dataset.column(node.name)
            written = column_sql(node.name, dialect)
            return f"CAST({written} AS DOUBLE)" if column and column.type == "integer" else written
        case Negative():
            return f"(- {double_sql(node.operand, dataset, dialect)})"
        case Chain():
            return chain_sql(
                double_sql(node.first, dataset, dialect),
                [(sign, double_sql(o, dataset, dialect)) for sign, o in node.rest],
            )
    raise TypeError(f"no number: {node!r}")


def chain_sql(first: str, rest: list[tuple[str, str]]) -> str:
    """Calculation from left to right; division by zero is NULL."""
    written = first
    for sign, operand in rest:
        right = f"nullif({operand}, 0e0)" if sign == "/" else operand
        written = f"({written} {sign} {right})"
    return written


def joined(conditions: list[str | None]) -> str | None:
    """All of these conditions together; None where there are none."""
    present = [c for c in conditions if c]
    if not present:
        return None
    return present[0] if len(present) == 1 else "(" + " AND ".join(present) + ")"
