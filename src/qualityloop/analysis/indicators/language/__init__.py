"""The indicator language: row conditions and aggregate formulas, read, checked and compiled."""

from __future__ import annotations

from qualityloop.analysis.indicators.language.checker import TYPE_NAMES
from qualityloop.analysis.indicators.language.errors import FormulaError
from qualityloop.analysis.indicators.language.formula import Condition, Formula, parse_condition, parse_formula
from qualityloop.analysis.indicators.language.functions import FUNCTIONS, Function, Kind

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
