"""The indicator language: row conditions and aggregate formulas, read, checked and compiled."""

from __future__ import annotations

from .checker import TYPE_NAMES
from .errors import FormulaError
from .formula import Condition, Formula, parse_condition, parse_formula
from .functions import FUNCTIONS, Function, Kind

__all__ = [
    "FUNCTIONS",
    "TYPE_NAMES",
    "Condition",
    "Formula",
    "FormulaError",
    "Function",
    "Kind",
    "parse_condition",
    "parse_formula",
]
