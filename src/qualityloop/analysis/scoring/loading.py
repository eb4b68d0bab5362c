"""Score sheets from the shelf, from YAML, Excel or an editor, and back."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from qualityloop.analysis.authored import (
    Reading,
    dumped,
    plain_number,
    root_of_data,
    root_of_text,
    text_data,
    without_empty,
)
from qualityloop.analysis.files.yaml_nodes import unknown_word
from qualityloop.analysis.messages import AnalysisError
from qualityloop.analysis.scoring.parsing import parse_sheet
from qualityloop.analysis.scoring.sheet import Dimension, Item, Sheet
from qualityloop.analysis.scoring.xlsx_file import rows_of_xlsx, sheet_to_xlsx

__all__ = [
    "load_sheet",
    "read_sheet",
    "sheet_data",
    "sheet_to_xlsx",
    "sheet_to_yaml",
    "shipped_sheet",
    "shipped_sheets",
]

_SHELF = resources.files("qualityloop.analysis.scoring") / "shipped"


def shipped_sheets() -> tuple[str, ...]:
    """Keys of the sheets that come with the product."""
    return tuple(sorted(p.name.removesuffix(".yaml") for p in _SHELF.iterdir() if p.name.endswith(".yaml")))


def shipped_sheet(key: str) -> Sheet:
    """The shipped sheet called `key`."""
    if key not in shipped_sheets():
        raise AnalysisError(unknown_word(key[:60], shipped_sheets()))
    return load_sheet((_SHELF / f"{key}.yaml").read_bytes(), f"{key}.yaml")


def read_sheet(source: bytes | str | Mapping[str, Any], file: str = "") -> tuple[Sheet, list[AnalysisError]]:
    """A sheet as far as it can be read, and everything that is wrong with it.

    `source`: YAML, Excel (by the name of the file), or the data of an editor. AnalysisError where nothing can be read.
    """
    if isinstance(source, Mapping):
        reading, root = Reading(), root_of_data(source, file)
    elif file.lower().endswith(".xlsx"):
        data, rows = rows_of_xlsx(source if isinstance(source, bytes) else source.encode(), file)
        reading, root = Reading(rows), root_of_data(data, file)
    else:
        reading, root = Reading(), root_of_text(source, file)
    sheet = parse_sheet(root, reading)
    return sheet, reading.faults


def load_sheet(source: bytes | str | Mapping[str, Any], file: str = "") -> Sheet:
    """A sheet that can be used; AnalysisError at the first thing that is wrong."""
    sheet, faults = read_sheet(source, file)
    if faults:
        raise faults[0]
    return sheet


def sheet_to_yaml(sheet: Sheet) -> str:
    """The sheet as YAML; `load_sheet` reads the same sheet from it."""
    return dumped(sheet_data(sheet))


def sheet_data(sheet: Sheet) -> dict[str, Any]:
    """The sheet as plain data, as YAML, database and editor hold it."""
    return without_empty(
        {
            "key": sheet.key,
            "name": text_data(sheet.name),
            "scope": str(sheet.scope),
            "pass_mark": None if sheet.pass_mark is None else plain_number(sheet.pass_mark),
            "note": text_data(sheet.note),
            "dimensions": [_dimension(dimension) for dimension in sheet.dimensions],
        }
    )


def _dimension(dimension: Dimension) -> dict[str, Any]:
    return without_empty(
        {
            "key": dimension.key,
            "name": text_data(dimension.name),
            "weight": plain_number(dimension.weight),
            "when": str(dimension.when),
            "items": [_item(item) for item in dimension.items],
        }
    )


def _item(item: Item) -> dict[str, Any]:
    return without_empty(
        {
            "key": item.key,
            "name": text_data(item.name),
            "points": plain_number(item.points),
            "guide": text_data(item.guide),
            "critical": item.critical,
            "fails_at": plain_number(item.fails_at) or None,
            "when": str(item.when),
            "may_not_apply": None if item.may_not_apply else False,
            "levels": [
                without_empty({"points": plain_number(level.points), "name": text_data(level.name)})
                for level in item.levels
            ],
        }
    )
