"""What the editor offers while somebody writes a formula: columns of the data set, and the functions."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from qualityloop.analysis.datasets import DATASETS, Dataset, day_column
from qualityloop.analysis.indicators.language.functions import FUNCTIONS
from qualityloop.analysis.messages import Text

TYPES = {
    "text": Text("文本", "text"),
    "integer": Text("整数", "whole number"),
    "number": Text("数值", "number"),
    "boolean": Text("是/否", "yes/no"),
    "instant": Text("时刻", "point in time"),
    "date": Text("日期", "day"),
}
WORDS = ("AND", "OR", "NOT", "IN", "BETWEEN", "IS NULL", "IS NOT NULL")


def offered(language: str) -> dict[str, Any]:
    """Everything that may stand in a condition or formula, with what it means, for the editor's script."""
    return {
        "datasets": {name: _columns(dataset, language) for name, dataset in DATASETS.items()},
        "functions": [
            {"text": f.name, "insert": f"{f.name}(", "note": f"{f.usage}: {f.meaning.in_language(language)}"}
            for f in FUNCTIONS.values()
        ],
        "operators": [{"text": word, "insert": f"{word} ", "note": ""} for word in WORDS],
        "words": {
            "one": _("1 suggestion; arrow keys choose, Enter takes it."),
            "many": _("%(n)s suggestions; arrow keys choose, Enter takes one."),
            "list": _("Suggestions"),
        },
    }


def _columns(dataset: Dataset, language: str) -> list[dict[str, str]]:
    hidden = {day_column(instant) for instant in dataset.instants}
    return [
        {
            "text": c.name,
            "insert": c.name,
            "note": f"{c.label.in_language(language)} · {TYPES[c.type].in_language(language)}",
        }
        for c in (*dataset.columns, *dataset.derived)
        if c.name not in hidden
    ]
