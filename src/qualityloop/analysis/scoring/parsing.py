"""From what an author wrote to a score sheet, with every mistake on the way."""

from __future__ import annotations

from decimal import Decimal
from typing import cast, get_args

from qualityloop.analysis.authored import Entries, Reading
from qualityloop.analysis.files.yaml_nodes import Spot
from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.analysis.scoring.conditions import parse_condition
from qualityloop.analysis.scoring.sheet import Condition, Critical, Dimension, Item, Level, Sheet

HUNDRED = Decimal(100)
MAX_POINTS = Decimal(10_000)
SHEET_FIELDS = ("key", "name", "scope", "pass_mark", "note", "dimensions")
DIMENSION_FIELDS = ("key", "name", "weight", "when", "items")
ITEM_FIELDS = ("key", "name", "points", "guide", "critical", "fails_at", "when", "may_not_apply", "levels")
LEVEL_FIELDS = ("points", "name")


def parse_sheet(root: Spot, reading: Reading) -> Sheet:
    """The sheet as far as it can be read; `reading.faults` says whether it can be used."""
    entries = reading.entries(root, SHEET_FIELDS)
    keys: set[str] = set()
    items: set[str] = set()
    sheet = Sheet(
        key=reading.key(root, entries, set()),
        name=reading.both(root, entries, "name", required=True),
        scope=_condition(root, entries, "scope", reading),
        pass_mark=_pass_mark(root, entries, reading),
        note=reading.both(root, entries, "note"),
        dimensions=tuple(
            _dimension(spot, reading, keys, items) for spot in reading.items(root, entries, "dimensions", 30)
        ),
    )
    if not sheet.dimensions:
        reading.fault(root, message("The sheet has no dimensions."), "dimensions")
    elif sheet.weight < HUNDRED:
        reading.fault(
            entries["dimensions"],
            message("The weights add up to {sum} %; {rest} % are missing.", sum=_n(sheet.weight),
                    rest=_n(HUNDRED - sheet.weight)),
        )  # fmt: skip
    elif sheet.weight > HUNDRED:
        reading.fault(
            entries["dimensions"],
            message("The weights add up to {sum} %; that is {rest} % too many.", sum=_n(sheet.weight),
                    rest=_n(sheet.weight - HUNDRED)),
        )  # fmt: skip
    return sheet


def _n(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _pass_mark(root: Spot, entries: Entries, reading: Reading) -> Decimal | None:
    value = reading.number(root, entries, "pass_mark")
    if value is not None and not 0 <= value <= HUNDRED:
        reading.fault(entries["pass_mark"], message("The pass mark lies between 0 and 100."))
        return None
    return value


def _condition(spot: Spot, entries: Entries, name: str, reading: Reading) -> Condition:
    text = reading.text(spot, entries, name)
    try:
        return parse_condition(text)
    except AnalysisError as error:
        reading.fault(entries[name], error.text)
        return Condition()


def _dimension(spot: Spot, reading: Reading, keys: set[str], items: set[str]) -> Dimension:
    entries = reading.entries(spot, DIMENSION_FIELDS)
    weight = reading.number(spot, entries, "weight", required=True, percent=True)
    if weight is not None and not 0 < weight <= HUNDRED:
        reading.fault(entries["weight"], message("A weight lies above 0 % and up to 100 %."))
    dimension = Dimension(
        key=reading.key(spot, entries, keys),
        name=reading.both(spot, entries, "name", required=True),
        weight=min(max(weight or Decimal(0), Decimal(0)), HUNDRED * 10),
        when=_condition(spot, entries, "when", reading),
        items=tuple(_item(item, reading, items) for item in reading.items(spot, entries, "items", 100)),
    )
    if not dimension.items:
        reading.fault(spot, message("The dimension has no items."), "items")
    return dimension


def _item(spot: Spot, reading: Reading, keys: set[str]) -> Item:
    entries = reading.entries(spot, ITEM_FIELDS)
    points = reading.number(spot, entries, "points", required=True)
    if points is not None and not 0 < points <= MAX_POINTS:
        reading.fault(entries["points"], message("The points of an item lie above 0 and up to {limit}.", limit=10_000))
        points = None
    full = points or Decimal(1)
    fails_at = reading.number(spot, entries, "fails_at") or Decimal(0)
    if not 0 <= fails_at < full:
        reading.fault(
            entries["fails_at"], message("A critical item fails at 0 points or at fewer than its full points.")
        )
        fails_at = Decimal(0)
    critical = reading.choice(spot, entries, "critical", get_args(Critical))
    return Item(
        key=reading.key(spot, entries, keys),
        name=reading.both(spot, entries, "name", required=True),
        points=full,
        guide=reading.both(spot, entries, "guide"),
        critical=cast(Critical, critical),
        fails_at=fails_at,
        when=_condition(spot, entries, "when", reading),
        may_not_apply=reading.flag(spot, entries, "may_not_apply", default=True),
        levels=_levels(spot, entries, full, reading),
    )


def _levels(spot: Spot, entries: Entries, full: Decimal, reading: Reading) -> tuple[Level, ...]:
    found: list[Level] = []
    for level in reading.items(spot, entries, "levels", 20):
        inner = reading.entries(level, LEVEL_FIELDS)
        points = reading.number(level, inner, "points", required=True)
        if points is None:
            continue
        if not 0 <= points <= full:
            reading.fault(level, message("A step gives 0 to {points} points.", points=_n(full)), "points")
        elif any(other.points == points for other in found):
            reading.fault(level, message("Two steps give the same points."), "points")
        else:
            found.append(Level(points, reading.both(level, inner, "name")))
    if found and max(level.points for level in found) != full:
        reading.fault(entries["levels"], message("One step must give the full {points} points.", points=_n(full)))
    if len(found) == 1:
        reading.fault(entries["levels"], message("A scale needs at least two steps."))
    return tuple(sorted(found, key=lambda level: -level.points))
