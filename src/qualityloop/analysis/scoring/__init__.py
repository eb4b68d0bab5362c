"""Scoring by a score sheet (评分表): what a sheet may say, and what the answers are worth."""

from __future__ import annotations

from qualityloop.analysis.scoring.calculation import NOT_APPLICABLE, DimensionResult, ItemResult, Result, score
from qualityloop.analysis.scoring.loading import (
    load_sheet,
    read_sheet,
    sheet_data,
    sheet_to_xlsx,
    sheet_to_yaml,
    shipped_sheet,
    shipped_sheets,
)
from qualityloop.analysis.scoring.sheet import Condition, Dimension, Item, Level, Sheet

__all__ = [
    "NOT_APPLICABLE",
    "Condition",
    "Dimension",
    "DimensionResult",
    "Item",
    "ItemResult",
    "Level",
    "Result",
    "Sheet",
    "load_sheet",
    "read_sheet",
    "score",
    "sheet_data",
    "sheet_to_xlsx",
    "sheet_to_yaml",
    "shipped_sheet",
    "shipped_sheets",
]
