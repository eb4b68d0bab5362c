"""Rows behind numbers, read from the lake when somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol, cast
from zoneinfo import ZoneInfo

import pyarrow as pa

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.indicators.language import Condition, parse_condition, parse_formula
from qualityloop.analysis.indicators.rows import Side, count_behind, rows_behind
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Group
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.process.behind import Subject, cases_behind
from qualityloop.diagnosis.choices import Choice

MEMORY_LIMIT = "1GB"
KINDS = {
    "all": 0,
    "edge": 2,
    "start": 1,
    "end": 1,
    "step": 1,
    "rework": 1,
    "handed": 3,
}  # activities that a subject names


def condition_text(chosen: Mapping[str, str]) -> str | None:
    """Equalities in the indicator language: channel = 'online' AND team = '夜班组'; None without any."""
    parts = [f"{column} = '{value.replace(chr(39), chr(39) * 2)}'" for column, value in sorted(chosen.items())]
    return " AND ".join(parts) or None


def condition(text: str | None) -> Condition | None:
    """The condition over tickets that `text` says."""
    return parse_condition(text, DATASETS["tickets"]) if text else None


def subject(kind: str, activities: Sequence[str]) -> Subject | None:
    """What of the process map somebody clicked; None where it makes no sense."""
    if kind == "variant":
        return Subject("variant", tuple(activities)) if 0 < len(activities) <= 500 else None
    if KINDS.get(kind) != len(activities) or (kind == "handed" and activities[0] not in ("team", "actor")):
        return None
    return Subject(cast(Any, kind), tuple(activities))


def local_rows(table: pa.Table, zone: str) -> Iterator[dict[str, Any]]:
    """Rows of a table as dictionaries, instants on the wall clock of `zone` (without zone, for people and files)."""
    clock = ZoneInfo(zone)
    instants = [field.name for field in table.schema if pa.types.is_timestamp(field.type)]
    for batch in table.to_batches(max_chunksize=5000):
        for row in batch.to_pylist():
            for name in instants:
                if isinstance(row[name], datetime):
                    row[name] = row[name].replace(tzinfo=UTC).astimezone(clock).replace(tzinfo=None)
            yield row


def cases(
    lake: Lake, choice: Choice, about: Subject, where: str | None, *, limit: int | None = None, offset: int = 0
) -> Iterator[dict[str, Any]]:
    """Cases of the period behind a number of the process map."""
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        found = cases_behind(
            lake,
            about,
            engine=engine,
            start=choice.period,
            end=choice.end,
            where=condition(where),
            limit=limit,
            offset=offset,
        )
    return local_rows(found, lake.zone)


class RowsQuestion(Protocol):
    """Which rows of an indicator are meant."""

    @property
    def indicator(self) -> Indicator: ...
    @property
    def start(self) -> date: ...
    @property
    def end(self) -> date: ...
    @property
    def group(self) -> Group: ...
    @property
    def side(self) -> Side: ...
    @property
    def order(self) -> str | None: ...
    @property
    def descending(self) -> bool: ...


def indicator_rows(
    lake: Lake, question: RowsQuestion, *, limit: int | None = None, offset: int = 0
) -> Iterator[dict[str, Any]]:
    """Rows behind a value, newest first or in the order asked for."""
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        found = rows_behind(
            lake,
            question.indicator,
            engine=engine,
            start=question.start,
            end=question.end,
            group=question.group,
            side=question.side,
            limit=limit,
            offset=offset,
            order=question.order,
            descending=question.descending,
        )
    return local_rows(found, lake.zone)


def indicator_count(lake: Lake, question: RowsQuestion) -> int:
    """How many rows there are behind a value."""
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        return count_behind(
            lake,
            question.indicator,
            engine=engine,
            start=question.start,
            end=question.end,
            group=question.group,
            side=question.side,
        )


def columns_read(indicator: Indicator) -> frozenset[str]:
    """Columns that an indicator's formula and condition read."""
    dataset = DATASETS[indicator.dataset]
    where = parse_condition(indicator.where, dataset).columns if indicator.where else frozenset()
    return parse_formula(indicator.formula, dataset).columns | where


def distinct(lake: Lake, dataset: str, columns: Sequence[str], most: int = 200) -> dict[str, list[str]]:
    """Values of text columns that occur, the most frequent first, at most `most` of each."""
    found: dict[str, list[str]] = {}
    present = lake.datasets.get(dataset)
    if present is None or not present.rows:
        return found
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        engine.attach(dataset, present.files)
        for column in columns:
            if column in present.columns:
                sql = (
                    f'SELECT "{column}" AS v FROM {dataset} WHERE "{column}" IS NOT NULL'
                    f" GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {int(most)}"
                )
                found[column] = [str(v) for v in engine.query(sql).column("v").to_pylist()]
    return found
