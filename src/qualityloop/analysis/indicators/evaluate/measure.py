"""From components to values: the number, its n, numerator, denominator, interval, and which chart it is judged by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis import intervals
from qualityloop.analysis.indicators.evaluate.plan import Source
from qualityloop.analysis.indicators.language import Formula
from qualityloop.analysis.indicators.language.tree import Call, Chain, Negative, Node
from qualityloop.analysis.indicators.language.tree import Literal as Number

Floats = NDArray[np.float64]
Tables = Mapping[str, Floats]
Bounds = tuple[Floats, Floats]
Interval = Callable[[NDArray[np.intp]], Bounds]  # of the columns asked for


@dataclass(slots=True)
class Measured:
    """Numbers by group × period. `chart` says what control limits are made of: shares, rates per unit, or values.

    `whole`: the number of a part of a month cannot be compared with that of a month (counts and sums).
    """

    value: Floats
    n: Floats
    numerator: Floats | None
    denominator: Floats | None
    bounds: Interval | None
    interval: str | None
    chart: Literal["p", "u", "x"]
    whole: bool = False


def measure(source: Source, tables: Tables) -> Measured:
    """The values of one formula."""
    parts = [
        {name.partition(".")[2]: table for name, table in tables.items() if name.startswith(f"{i}.")}
        for i in range(len(source.atoms))
    ]
    formula = source.formula
    if formula.kind == "expression":
        return _expression(source, parts)
    if formula.kind == "ratio":
        one, other = (measure_function(atom, part) for atom, part in zip(source.atoms, parts, strict=True))
        kinds = (source.atoms[0].kind, source.atoms[1].kind)
        return divided(one, other, kinds, parts[0])
    return measure_function(formula, parts[0])


def measure_function(function: Formula, c: Tables) -> Measured:  # noqa: PLR0911 - a branch per kind
    """The values of one function call from its components `c`."""
    n = c["den"] if function.kind == "share" else c["n"]
    with np.errstate(invalid="ignore", divide="ignore"):
        match function.kind:
            case "share":
                bounds = _bounds(intervals.wilson, c["num"], n)
                return Measured(c["num"] / n, n, c["num"], n, bounds, "wilson", "p")
            case "count":
                return Measured(n.copy(), n, n, None, None, None, "x", whole=True)
            case "mean":
                bounds = _bounds(intervals.student_mean, c["mean"], c["var"], n)
                return Measured(c["mean"], n, c["sum"], n, bounds, "t", "x")
            case "sum":
                total = np.where(n > 0, c["sum"], np.nan)
                bounds = _bounds(intervals.student_sum, c["sum"], c["sumsq"], n)
                return Measured(total, n, total, None, bounds, "t", "x", whole=True)
            case "nps":
                difference = c["promoters"] - c["detractors"]
                bounds = _bounds(intervals.nps, c["promoters"], c["detractors"], n)
                return Measured(100 * difference / n, n, difference, n, bounds, "nps", "x")
            case "quantile":
                bounds = _bounds(lambda low, high: (low, high), c["low"], c["high"])
                return Measured(c["value"], n, None, None, bounds, "order", "x")
    return Measured(c["value"], n, None, None, None, None, "x")


def _bounds(interval: Callable[..., Bounds], *tables: Floats) -> Interval:
    """The interval, computed for the columns that are asked for."""
    return lambda columns: interval(*(table[:, columns] for table in tables))


def divided(one: Measured, other: Measured, kinds: tuple[str, str], numerator: Tables) -> Measured:
    """One aggregate by another. Events per unit have Poisson intervals, totals per unit those of the total."""
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(other.value == 0, np.nan, one.value / other.value)
    n = np.where(np.isnan(other.value), 0.0, other.n)
    made = Measured(value, n, one.value, other.value, None, None, "x")
    if kinds[0] == "count" and kinds[1] in ("count", "sum"):
        made.bounds, made.interval = _bounds(intervals.poisson, one.value, other.value), "poisson"
        made.chart = "u"
    elif kinds == ("sum", "count"):
        made.bounds, made.interval = (
            _bounds(_total_per_unit, *(numerator[c] for c in ("sum", "sumsq", "n")), other.value),
            "t",
        )
    return made


def _total_per_unit(total: Floats, squares: Floats, n: Floats, units: Floats) -> Bounds:
    low, high = intervals.student_sum(total, squares, n)
    with np.errstate(invalid="ignore", divide="ignore"):
        return low / units, high / units


def _expression(source: Source, parts: list[dict[str, Floats]]) -> Measured:
    """An arithmetic of functions: no interval; its n is the smallest of theirs."""
    made = {atom.node.start: measure_function(atom, part) for atom, part in zip(source.atoms, parts, strict=True)}
    counts = [m.n for m in made.values()]
    value = _calculated(source.formula.node, {start: m.value for start, m in made.items()})
    shape = counts[0].shape
    return Measured(np.broadcast_to(value, shape).copy(), np.min(counts, axis=0), None, None, None, None, "x")


def _calculated(node: Node, values: Mapping[int, Floats]) -> Floats:
    match node:
        case Number(value=int() | float() as value):
            return np.asarray(float(value))
        case Negative():
            return -_calculated(node.operand, values)
        case Call(name="ratio"):
            one, other = (_calculated(argument, values) for argument in node.arguments)
            return _divide(one, other)
        case Call():
            return values[node.start]
        case Chain():
            result = _calculated(node.first, values)
            for sign, operand in node.rest:
                right = _calculated(operand, values)
                result = _divide(result, right) if sign == "/" else _OPERATIONS[sign](result, right)
            return result
    raise TypeError(f"no aggregate: {node!r}")


def _divide(one: Floats, other: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(other == 0, np.nan, one / other), dtype=np.float64)


_OPERATIONS = {"+": np.add, "-": np.subtract, "*": np.multiply}
