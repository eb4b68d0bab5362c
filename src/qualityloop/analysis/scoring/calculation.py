"""What a scored case is worth.

Within a dimension the points given are divided by the full points of the items that count, so a dimension of 60 points
weighs no more than its weight says. An item that does not apply (N/A, or its condition does not hold) leaves both sides
of that division. A dimension without any item left gives its weight to the others in proportion. Computed exactly, in
fractions, and turned into a number at the very end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Literal

from qualityloop.analysis.files.yaml_nodes import unknown_word
from qualityloop.analysis.messages import AnalysisError, Message, Place, message
from qualityloop.analysis.scoring.sheet import Dimension, Facts, Item, Sheet

NOT_APPLICABLE = "n/a"
State = Literal["scored", "not_applicable", "not_meant", "open"]
Answer = float | int | Decimal | str | None


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One item: scored, N/A, not meant for this case (its condition), or still open. `fails`: what it brought down."""

    item: Item
    state: State
    points: Decimal | None = None
    fails: Literal["", "dimension", "sheet"] = ""


@dataclass(frozen=True, slots=True)
class DimensionResult:
    """One dimension: `share` 0..1 of its points, None where nothing counts; `weight` after others gave theirs, 0..1."""

    dimension: Dimension
    items: tuple[ItemResult, ...]
    points: Decimal
    full: Decimal
    share: float | None
    weight: float
    contribution: float
    failed: bool


@dataclass(frozen=True, slots=True)
class Result:
    """A scored case. `total` 0..100 is None while items are open or nothing applies; `so_far` counts what is there.

    `without_critical` is what the total would be if no critical item had been missed.
    """

    sheet: Sheet
    dimensions: tuple[DimensionResult, ...]
    total: float | None
    so_far: float | None
    without_critical: float | None
    failed: bool
    open: tuple[str, ...]
    reasons: tuple[Message, ...]

    @property
    def passed(self) -> bool | None:
        """Whether the case passes; None where there is no total or no pass mark to tell."""
        if self.total is None:
            return None
        if self.failed:
            return False
        return None if self.sheet.pass_mark is None else self.total >= float(self.sheet.pass_mark)

    def item(self, key: str) -> ItemResult:
        """The item called `key`; KeyError if there is none."""
        for dimension in self.dimensions:
            for found in dimension.items:
                if found.item.key == key:
                    return found
        raise KeyError(key)


def score(sheet: Sheet, answers: Mapping[str, Answer], facts: Facts | None = None) -> Result:
    """What `answers` (points by item, `NOT_APPLICABLE`, or None for open) are worth on `sheet`.

    `facts` about the case (channel, kind, …) decide which items are meant. AnalysisError at an answer that cannot be.
    """
    known = [item.key for _, item in sheet.items()]
    for key in answers:
        if key not in known:
            raise AnalysisError(unknown_word(str(key)[:60], known), Place(column=str(key)[:60]))
    case = facts or {}
    parts = [
        (dimension, tuple(_item(item, answers.get(item.key), case, dimension) for item in dimension.items))
        for dimension in sheet.dimensions
    ]
    results, total, whole = _weighed(parts)
    all_items = [item for _, items in parts for item in items]
    sheet_failed = any(item.fails == "sheet" for item in all_items)
    still_open = tuple(item.item.key for item in all_items if item.state == "open")
    so_far = Fraction(0) if sheet_failed and total is not None else total
    final = so_far if not still_open else None
    return Result(
        sheet=sheet,
        dimensions=results,
        total=_hundred(final),
        so_far=_hundred(so_far),
        without_critical=_hundred(whole),
        failed=sheet_failed,
        open=still_open,
        reasons=_reasons(results),
    )


def _hundred(value: Fraction | None) -> float | None:
    return None if value is None else float(value * 100)


def _item(item: Item, answer: Answer, facts: Facts, dimension: Dimension) -> ItemResult:
    if not (dimension.when.holds(facts) and item.when.holds(facts)):
        return ItemResult(item, "not_meant")
    if answer is None or answer == "":
        return ItemResult(item, "open")
    place = Place(column=item.key)
    if answer == NOT_APPLICABLE:
        if not item.may_not_apply:
            raise AnalysisError(message("“{item}” always applies; N/A is not possible.", item=item.name), place)
        return ItemResult(item, "not_applicable")
    points = _points(item, answer, place)
    fails = item.critical if item.critical and points <= item.fails_at else ""
    return ItemResult(item, "scored", points, fails)


def _points(item: Item, answer: Answer, place: Place) -> Decimal:
    try:
        points = Decimal(str(answer))
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite() or not 0 <= points <= item.points:
        raise AnalysisError(
            message("“{item}” is given 0 to {points} points.", item=item.name, points=f"{item.points.normalize():f}"),
            place,
        )
    allowed = [level.points for level in item.levels]
    if allowed and points not in allowed:
        raise AnalysisError(
            message(
                "“{item}” has these steps only: {levels}.",
                item=item.name,
                levels=", ".join(f"{value.normalize():f}" for value in allowed),
            ),
            place,
        )
    return points


def _weighed(
    parts: list[tuple[Dimension, tuple[ItemResult, ...]]],
) -> tuple[tuple[DimensionResult, ...], Fraction | None, Fraction | None]:
    """The dimensions, the total with failed dimensions at nothing, and the total as if none had failed."""
    counted = {
        dimension.key: sum((item.item.points for item in items if item.state == "scored"), Decimal(0))
        for dimension, items in parts
    }
    weights = sum((Fraction(d.weight) for d, _ in parts if counted[d.key] > 0), Fraction(0))
    results = []
    total = whole = Fraction(0)
    for dimension, items in parts:
        full = counted[dimension.key]
        given = sum((item.points for item in items if item.points is not None), Decimal(0))
        failed = any(item.fails for item in items)
        weight = Fraction(dimension.weight) / weights if full and weights else Fraction(0)
        share = Fraction(given) / Fraction(full) if full else None
        kept = Fraction(0) if failed or share is None else share
        total += weight * kept
        whole += weight * (share or 0)
        results.append(
            DimensionResult(
                dimension=dimension,
                items=items,
                points=given,
                full=full,
                share=None if share is None else float(kept),
                weight=float(weight),
                contribution=float(weight * kept * 100),
                failed=failed,
            )
        )
    return tuple(results), (total if weights else None), (whole if weights else None)


def _reasons(results: tuple[DimensionResult, ...]) -> tuple[Message, ...]:
    """Why something failed, and what did not count, in words."""
    found = []
    for part in results:
        for item in part.items:
            if item.fails == "sheet":
                found.append(message("Critical item “{item}” missed: the whole case fails.", item=item.item.name))
            elif item.fails == "dimension":
                found.append(
                    message("Critical item “{item}” missed: “{dimension}” counts nothing.", item=item.item.name,
                            dimension=part.dimension.name)
                )  # fmt: skip
        if part.full == 0 and all(item.state in ("not_applicable", "not_meant") for item in part.items):
            found.append(
                message("“{dimension}” does not apply; its weight goes to the others.", dimension=part.dimension.name)
            )
    return tuple(found)
