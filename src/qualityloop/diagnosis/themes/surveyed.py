"""Replies of stored surveys, read from a snapshot of the lake: a row per answered questionnaire, a column per item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from qualityloop.analysis.datasets import day_column
from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.engine.literal import text_sql
from qualityloop.analysis.lake import Lake
from qualityloop.diagnosis.queries import MEMORY_LIMIT, distinct
from qualityloop.diagnosis.themes.replies import MOST, Replies

ITEMS, RESPONSES = "survey_items", "survey_responses"
NARROWED = ("touchpoint", "team", "product")  # columns of answers by which a study may be narrowed


def known_items(lake: Lake | None) -> list[str]:
    """The items that customers rated, the commonest first."""
    return distinct(lake, ITEMS, ["item"], MOST).get("item", []) if lake is not None else []


def known_values(lake: Lake | None) -> dict[str, list[str]]:
    """What a study may be narrowed to, by column."""
    return distinct(lake, RESPONSES, NARROWED) if lake is not None else {}


def stored_replies(
    lake: Lake, first: date, last: date, *, items: Sequence[str] = (), only: Mapping[str, str], overall: str
) -> Replies | None:
    """The replies of the local days `first` to `last`; None where the lake holds no items of surveys.

    An item that was answered twice in one reply counts with its mean. `overall` is a column of the answers.
    """
    if not {ITEMS, RESPONSES} <= set(lake.datasets):
        return None
    there = lake.datasets[RESPONSES].columns
    whole = f'r."{overall}"' if overall in there else "NULL"
    matters = "i.importance" if "importance" in lake.datasets[ITEMS].columns else "NULL"
    day = f'r."{day_column("answered_at")}"'
    conditions = [f"{day} >= DATE '{first.isoformat()}'", f"{day} <= DATE '{last.isoformat()}'"]
    conditions += [f'r."{name}" = {_text(value)}' if name in there else "false" for name, value in only.items()]
    if items:
        conditions.append(f"i.item IN ({', '.join(text_sql(item, 'duckdb') for item in items)})")
    sql = (
        "SELECT i.response_id AS reply, i.item AS item, avg(CAST(i.rating AS DOUBLE)) AS rating,"
        f" avg(CAST({matters} AS DOUBLE)) AS importance, max(CAST({whole} AS DOUBLE)) AS overall, min(i.seq) AS seq"
        f" FROM {ITEMS} i JOIN {RESPONSES} r USING (response_id) WHERE {' AND '.join(conditions)}"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    )
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        for name in (ITEMS, RESPONSES):
            engine.attach(name, lake.datasets[name].files)
        rows = engine.query(sql)
    replies, row = np.unique(np.array(rows["reply"].to_pylist(), dtype=object), return_inverse=True)
    names, column = np.unique(np.array(rows["item"].to_pylist(), dtype=object), return_inverse=True)
    table = np.full((2, len(replies), len(names)), np.nan)
    for place, name in enumerate(("rating", "importance")):
        table[place, row, column] = np.array(rows[name].to_pylist(), dtype=float)
    answers = np.full(len(replies), np.nan)
    answers[row] = np.array(rows["overall"].to_pylist(), dtype=float)
    seq = np.full(len(names), np.inf)
    np.minimum.at(seq, column, np.array(rows["seq"].to_pylist(), dtype=float))
    order = np.lexsort((np.arange(len(names)), seq))
    return Replies(tuple(str(names[i]) for i in order), table[0][:, order], table[1][:, order], answers)


def _text(value: str) -> str:
    return text_sql(value, "duckdb")
