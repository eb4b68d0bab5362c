"""The contract between those who hold records and those who count them: the fact tables, column by column.

Types of a column: `text`, `integer`, `number`, `boolean`, `instant` (UTC, microseconds, stored without zone),
`date`. Derived columns are computed once, when rows enter a lake (`lake.py`), so that every engine reads the
same value; a derived column whose inputs are missing is simply absent, like a missing optional column.
"""

from __future__ import annotations

from qualityloop.analysis.datasets.contract import (
    Column,
    ColumnType,
    Computed,
    Dataset,
    Derived,
    Elapsed,
    LocalPart,
    day_column,
)
from qualityloop.analysis.datasets.feedback import COMPLAINTS, REVIEWS, SURVEY_ITEMS, SURVEY_RESPONSES
from qualityloop.analysis.datasets.operations import INTERACTIONS, MESSAGES, TICKET_EVENTS, TICKETS
from qualityloop.analysis.datasets.support import KNOWLEDGE_USES, PARTS_USED, SCORE_ITEMS, SCORES, TRAINING_RESULTS

__all__ = [
    "COMPLAINTS",
    "DATASETS",
    "INTERACTIONS",
    "KNOWLEDGE_USES",
    "MESSAGES",
    "PARTS_USED",
    "REVIEWS",
    "SCORES",
    "SCORE_ITEMS",
    "SURVEY_ITEMS",
    "SURVEY_RESPONSES",
    "TICKETS",
    "TICKET_EVENTS",
    "TRAINING_RESULTS",
    "Column",
    "ColumnType",
    "Computed",
    "Dataset",
    "Derived",
    "Elapsed",
    "LocalPart",
    "day_column",
]

DATASETS: dict[str, Dataset] = {
    d.name: d
    for d in (
        TICKETS,
        TICKET_EVENTS,
        INTERACTIONS,
        MESSAGES,
        SURVEY_RESPONSES,
        SURVEY_ITEMS,
        COMPLAINTS,
        REVIEWS,
        SCORES,
        SCORE_ITEMS,
        PARTS_USED,
        TRAINING_RESULTS,
        KNOWLEDGE_USES,
    )
}
