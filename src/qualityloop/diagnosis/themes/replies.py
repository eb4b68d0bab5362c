"""Replies of a survey as a wide table: a row each, a column per item, as CSV or Excel."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.expectation import Matrix, from_replies
from qualityloop.analysis.messages import AnalysisError, message

LARGEST = 5_000_000  # bytes
MOST = 40  # items
IMPORTANCE = ("重要性:", "重要性：", "importance:", "importance：")
OVERALL = ("总体满意度", "总体", "overall", "overall satisfaction", "csat")
SEED = 20260301


@dataclass(frozen=True, slots=True)
class Replies:
    """The items' ratings, what customers said of their importance, and overall satisfaction, where they were asked."""

    names: tuple[str, ...]
    performance: NDArray[np.float64]
    importance: NDArray[np.float64] | None
    overall: NDArray[np.float64] | None


def matrix_of(name: str, content: bytes) -> Matrix:
    """The matrix of an uploaded file; AnalysisError where it cannot be made."""
    replies = read_replies(name, content)
    if replies.importance is None and replies.overall is None:
        raise AnalysisError(message("Importance is missing: columns “importance: …”, or one called “overall”."))
    found = from_replies(
        replies.names, replies.performance, seed=SEED, importance=replies.importance, overall=replies.overall
    )
    if found is None:
        raise AnalysisError(message("There are too few replies: at least 30 are needed, and answers to every item."))
    return found


def read_replies(name: str, content: bytes) -> Replies:
    """Columns with numbers are items; “importance: item” says how important it is, “overall” the whole."""
    if len(content) > LARGEST:
        raise AnalysisError(message("The file is too large."))
    rows = _excel(content) if name.lower().endswith((".xlsx", ".xls")) else _csv(content)
    if len(rows) < 2:
        raise AnalysisError(message("The file holds no table with a line of headings."))
    heads = [str(head).strip() for head in rows[0]]
    columns = {
        head: np.array([_number(row[place]) if place < len(row) else np.nan for row in rows[1:]])
        for place, head in enumerate(heads)
        if head
    }
    overall = next((values for head, values in columns.items() if head.lower() in OVERALL), None)
    stated = {_item(head): values for head, values in columns.items() if _item(head)}
    items = {
        head: values for head, values in columns.items()
        if not _item(head) and head.lower() not in OVERALL and not np.isnan(values).all()
    }  # fmt: skip
    if not 2 <= len(items) <= MOST:
        raise AnalysisError(message("The table needs 2 to {n} columns with ratings.", n=MOST))
    whole = bool(stated) and all(head in stated for head in items)
    if stated and not whole:
        raise AnalysisError(message("Importance is given for some items only."))
    importance = np.column_stack([stated[head] for head in items]) if whole else None
    return Replies(tuple(items), np.column_stack(list(items.values())), importance, overall)


def _item(head: str) -> str:
    """The item whose importance a column states; empty for other columns."""
    return next((head[len(p) :].strip() for p in IMPORTANCE if head.lower().startswith(p)), "")


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _csv(content: bytes) -> list[list[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise AnalysisError(message("The file is neither a CSV table nor an Excel one."))
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise AnalysisError(message("The file is neither a CSV table nor an Excel one.")) from error


def _excel(content: bytes) -> list[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return list(book.get_sheet_by_index(0).to_python())
    except (CalamineError, IndexError, ValueError) as error:
        raise AnalysisError(message("The file is neither a CSV table nor an Excel one.")) from error
