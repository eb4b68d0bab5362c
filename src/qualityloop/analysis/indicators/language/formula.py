"""Conditions and formulas, read and checked: what the rest of the core works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from qualityloop.analysis.datasets import Dataset
from qualityloop.analysis.engine import Dialect
from qualityloop.analysis.indicators.language import aggregates
from qualityloop.analysis.indicators.language.checker import check_aggregate, check_condition
from qualityloop.analysis.indicators.language.explain import explain_aggregate, explain_row
from qualityloop.analysis.indicators.language.functions import FUNCTIONS, Kind
from qualityloop.analysis.indicators.language.parser import parse
from qualityloop.analysis.indicators.language.sql import double_sql, joined, row_sql
from qualityloop.analysis.indicators.language.tree import Call, Name, Node, walk


def _columns(node: Node) -> frozenset[str]:
    return frozenset(part.name for part in walk(node) if isinstance(part, Name))


@dataclass(frozen=True)
class Condition:
    """Something that is true, false or unknown for each row of a dataset."""

    text: str
    dataset: Dataset = field(repr=False)
    node: Node = field(repr=False)

    @property
    def columns(self) -> frozenset[str]:
        """The columns that it reads."""
        return _columns(self.node)

    def sql(self, dialect: Dialect) -> str:
        """Boolean SQL in parentheses."""
        return row_sql(self.node, self.dataset, dialect)

    def explain(self, language: str) -> str:
        """The condition in words."""
        return explain_row(self.node, self.dataset, language)


@dataclass(frozen=True)
class Formula:
    """One number made of many rows of a dataset."""

    text: str
    dataset: Dataset = field(repr=False)
    node: Node = field(repr=False)

    @property
    def columns(self) -> frozenset[str]:
        """The columns that it reads."""
        return _columns(self.node)

    @property
    def kind(self) -> Kind:
        """What components it has."""
        return FUNCTIONS[self.node.name].kind if isinstance(self.node, Call) else "expression"

    @cached_property
    def parts(self) -> tuple[Formula, ...]:
        """The two sides of a ratio, the functions of an expression; empty for anything else."""
        if self.kind == "ratio" and isinstance(self.node, Call):
            return tuple(self._part(argument) for argument in self.node.arguments)
        if self.kind == "expression":
            return tuple(self._part(call) for call in aggregates.calls(self.node))
        return ()

    def _part(self, node: Node) -> Formula:
        return Formula(self.text[node.start : node.end], self.dataset, node)

    @property
    def q(self) -> float | None:
        """Which quantile is asked for, 0..1; None for other kinds."""
        return aggregates.quantile_of(self.node) if self.kind == "quantile" and isinstance(self.node, Call) else None

    def scalar(self, dialect: Dialect) -> str | None:
        """The number of one row that is averaged, summed or ranked; None where there is none, as in a share."""
        if isinstance(self.node, Call) and self.kind in ("mean", "sum", "min", "max", "quantile", "nps"):
            return double_sql(self.node.arguments[0], self.dataset, dialect)
        return None

    def components(self, dialect: Dialect, where: Condition | None = None) -> dict[str, str]:
        """SQL aggregates by name, over the rows that meet `where`."""
        rows = where.sql(dialect) if where else None
        if isinstance(self.node, Call):
            return aggregates.components(self.node, self.dataset, dialect, rows)
        return {
            "n": aggregates.n_sql(self.node, self.dataset, dialect, rows),
            "value": aggregates.value_sql(self.node, self.dataset, dialect, rows),
        }

    def value_sql(self, dialect: Dialect, where: Condition | None = None) -> str:
        """The value as one SQL aggregate expression, a double; NULL where a denominator is zero."""
        return aggregates.value_sql(self.node, self.dataset, dialect, where.sql(dialect) if where else None)

    def numerator_condition(self, dialect: Dialect) -> str | None:
        """Which rows count in the numerator of a share; None for other kinds."""
        if not isinstance(self.node, Call) or self.kind != "share":
            return None
        return joined([row_sql(a, self.dataset, dialect) for a in reversed(self.node.arguments)])

    def rows_condition(self, dialect: Dialect) -> str:
        """Which rows count at all: those where what is asked is known."""
        return aggregates.rows_condition(self.node, self.dataset, dialect)

    def explain(self, language: str) -> str:
        """One plain sentence that says what is counted."""
        return explain_aggregate(self.node, self.dataset, language)


def parse_condition(text: str, dataset: Dataset) -> Condition:
    """Read a row condition such as channel = 'online'; FormulaError says where it is wrong."""
    node = parse(text)
    check_condition(node, dataset)
    return Condition(text, dataset, node)


def parse_formula(text: str, dataset: Dataset) -> Formula:
    """Read a formula such as share(first_response_minutes <= 5); FormulaError says where it is wrong."""
    node = parse(text)
    check_aggregate(node, dataset)
    return Formula(text, dataset, node)
