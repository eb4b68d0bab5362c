"""Rules on the lake: what a condition finds, before it is saved and when it is applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.engine import Engine, open_engine
from qualityloop.analysis.indicators.language import Condition, parse_condition
from qualityloop.analysis.indicators.language.sql import column_sql
from qualityloop.analysis.lake import Lake, LakeDataset, Partition
from qualityloop.analysis.messages import AnalysisError, message

MEMORY_LIMIT = "1GB"
SAMPLE = 8
TABLE = "tagging"


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule would tag: how many of all records, and the newest of them."""

    count: int
    total: int
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def checked(text: str, dataset: str) -> Condition:
    """The condition that `text` says of the records of `dataset`; AnalysisError where it says none."""
    return parse_condition(text, DATASETS[dataset])


def evaluable(condition: Condition, table: LakeDataset) -> None:
    """AnalysisError where the records hold nothing in a column that is asked for."""
    if missing := sorted(condition.columns - table.columns):
        raise AnalysisError(message("No record has a value in the column “{column}” yet.", column=missing[0]))


def tried(lake: Lake, condition: Condition, texts: tuple[str, ...]) -> Found:
    """What the condition finds in all records of the lake."""
    contract = condition.dataset
    table = lake.datasets.get(contract.name)
    if table is None or not table.rows:
        return Found(0, 0, (), [])
    evaluable(condition, table)
    wanted = (*contract.key, contract.instant, *sorted(condition.columns), *texts)
    columns = tuple(name for name in dict.fromkeys(wanted) if name in table.columns)
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        engine.attach(TABLE, table.files)
        where = condition.sql(engine.dialect)
        count = engine.query(f"SELECT count(*) AS n FROM {TABLE} WHERE {where}").column("n")[0].as_py()
        listed = ", ".join(column_sql(name, engine.dialect) for name in columns)
        newest = column_sql(contract.instant, engine.dialect)
        rows = engine.query(
            f"SELECT {listed} FROM {TABLE} WHERE {where} ORDER BY {newest} DESC LIMIT {SAMPLE}"
        ).to_pylist()
    return Found(int(count), table.rows, columns, [tuple(row[name] for name in columns) for row in rows])


def keys_in(engine: Engine, partition: Partition, condition: Condition) -> list[str]:
    """Keys of the records of a month that meet the condition."""
    engine.attach(TABLE, partition.files)
    key = column_sql(condition.dataset.key[0], engine.dialect)
    found: list[str] = (
        engine.query(f"SELECT {key} AS k FROM {TABLE} WHERE {condition.sql(engine.dialect)}").column("k").to_pylist()
    )
    return found
