"""Whole columns typed at once where every value is written plainly; all others are read value by value in SQL.

What is accepted here is accepted by the SQL of `expressions` with the same result, so that a single odd value in a
batch, which sends the batch the slow way, changes nothing for its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from qualityloop.analysis.datasets import ColumnType

from .expressions import CONSTANT_SINCE, constant_offset
from .mapping import ColumnRule

_DATE, _WITH_MINUTES, _LONGEST_PLAIN = 10, 16, 26
_SHORTEST_ZONED = 17  # 2026-01-31 08:30Z


@dataclass(frozen=True, slots=True)
class Plain:
    """A typed column; `wall` says that its instants are clock readings that still lack their zone."""

    values: pa.ChunkedArray
    wall: bool = False


def plainly_typed(
    column: pa.ChunkedArray, rule: ColumnRule, kind: ColumnType, missing: Sequence[str], zone: str
) -> Plain | None:
    """`column` (without blanks) as `kind` under `rule`; None where that takes more than a cast."""
    if rule.values or rule.repair or kind in {"text", "boolean"}:
        return None
    gone = [word for word in (*missing, *rule.missing) if word]
    if gone:
        column = pc.if_else(pc.is_in(column, pa.array(gone, pa.string())), pa.scalar(None, pa.string()), column)
    if kind in {"instant", "date"}:
        found = _instants(column, kind) if rule.formats in {(), ("iso",)} else None
        return _in_utc(found.values, rule.zone or zone) if found and found.wall else found
    if rule.formats or rule.decimal != "." or (kind == "integer" and rule.factor is not None):
        return None
    values = _integers(column) if kind == "integer" else _numbers(column)
    if values is None:
        return None
    return Plain(values if rule.factor is None else pc.multiply(values, rule.factor))


def _in_utc(readings: pa.ChunkedArray, zone: str) -> Plain:
    """Clock readings of `zone` in UTC, where its clock was always equally far from it."""
    offset = constant_offset(zone)
    first = pc.min(readings).as_py()
    if offset is None or (first is not None and first.year < CONSTANT_SINCE):
        return Plain(readings, wall=True)
    return Plain(pc.subtract(readings, pa.scalar(offset * 1_000_000, pa.duration("us"))))


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray | None:
    try:
        return pc.cast(column, kind)
    except pa.ArrowInvalid:
        return None


def _integers(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    values = _cast(column, pa.int64())
    # Arrow also reads 0x1F
    return None if values is None or pc.any(pc.match_substring(column, "x", ignore_case=True)).as_py() else values


def _numbers(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    values = _cast(column, pa.float64())
    # Arrow also reads inf and nan
    return None if values is None or pc.all(pc.is_finite(values)).as_py() is False else values


def _with_hyphens(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Dates written 2026/01/31 with hyphens; as they are where only one of the signs is a slash."""
    if not pc.any(pc.match_substring(column, "/")).as_py():
        return column
    first, second = (pc.utf8_slice_codeunits(column, place, place + 1) for place in (4, 7))
    if pc.any(pc.not_equal(first, second)).as_py():
        return column
    return pc.replace_substring(column, "/", "-", max_replacements=2)


def _instants(column: pa.ChunkedArray, kind: ColumnType) -> Plain | None:
    """ISO instants, all of them without a zone or all with one; slashes may stand for the hyphens of the date."""
    lengths = pc.min_max(pc.binary_length(column)).as_py()
    if lengths["min"] is None:
        return Plain(pc.cast(column, pa.timestamp("us")), wall=kind == "instant")
    column = _with_hyphens(column)
    values = _cast(column, pa.timestamp("us"))
    if values is not None:
        # Arrow also reads an hour without minutes
        plain = lengths["min"] >= _WITH_MINUTES or lengths["max"] == _DATE
        if not plain or lengths["max"] > _LONGEST_PLAIN:
            return None
        return Plain(pc.cast(values, pa.date32(), safe=False)) if kind == "date" else Plain(values, wall=True)
    if kind == "date" or lengths["min"] < _SHORTEST_ZONED:
        return None
    values = _cast(column, pa.timestamp("us", "UTC"))
    if values is None or pc.any(pc.not_equal(pc.utf8_slice_codeunits(column, 13, 14), ":")).as_py():
        return None
    return Plain(pc.cast(values, pa.timestamp("us")))
