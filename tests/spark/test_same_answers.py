"""The same lake, the same standards, the same process map: Spark and DuckDB give the same answers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

pytest.importorskip("pyspark", reason="make test-spark installs it")

from qualityloop.analysis.datasets import TICKETS
from qualityloop.analysis.engine import Engine, open_engine
from qualityloop.analysis.engine import spark as spark_module
from qualityloop.analysis.indicators.evaluate import evaluate
from qualityloop.analysis.indicators.language import parse_condition
from qualityloop.analysis.indicators.loading import load_standard, shipped_standards
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError
from qualityloop.analysis.process import Subject, cases_behind, mine
from qualityloop.demo import generate
from tests.spark.cluster import JVM, cluster

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return generate(tmp_path_factory.mktemp("lake"), tickets=1500)


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    with open_engine("duckdb") as engine:
        yield engine


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    spark_module.SETTINGS["spark.executor.extraJavaOptions"] = JVM
    with cluster(tmp_path_factory.mktemp("cluster")) as url, open_engine(url) as engine:
        yield engine


def same(left: Any, right: Any) -> bool:
    """Equal, numbers to the last digits that the order of adding them leaves open."""
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
    return type(left) is type(right) and left == right


def test_two_workers_answer(spark: Engine) -> None:
    context = spark._session.sparkContext  # type: ignore[attr-defined]
    assert context.master.startswith("spark://127.0.0.1:")
    assert spark.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]
    hosts = context.parallelize(range(8), 8).count()
    assert hosts == 8
    assert context._jsc.sc().getExecutorMemoryStatus().size() == 3  # the driver and both workers


def test_instants_arrive_unshifted(spark: Engine, duckdb: Engine, lake: Lake) -> None:
    sql = "SELECT ticket_id, created_at, created_at_day, resolved_at FROM tickets ORDER BY ticket_id LIMIT 50"
    answers = []
    for engine in (duckdb, spark):
        engine.attach("tickets", lake.datasets["tickets"].files)
        answers.append(engine.query(sql))
    assert answers[1].schema.field("created_at").type == pa.timestamp("us")
    assert answers[0].to_pylist() == answers[1].to_pylist()


def test_process_map_of_a_lake(spark: Engine, duckdb: Engine, lake: Lake) -> None:
    whole = mine(lake, engine=duckdb)
    order = whole.variants[0].path
    chosen: dict[str, Any] = {
        "order": tuple(dict.fromkeys(order)),
        "start": date(2026, 1, 15),
        "end": date(2026, 6, 30),
        "where": parse_condition("channel IN ('online', 'phone') OR channel IS NULL", TICKETS),
    }
    ours, theirs = (mine(lake, engine=engine, **chosen) for engine in (duckdb, spark))
    assert 0 < ours.cases < whole.cases
    assert same(ours.to_json(), theirs.to_json())


ODD = ["A", "", "NA", "it's", "a\\b", "新建"]


@pytest.mark.parametrize("lifecycle", [False, True])
def test_process_map_of_a_table(spark: Engine, duckdb: Engine, lifecycle: bool) -> None:
    """Ties, odd names, instants too far apart to pack into one number, and measured handling."""
    n = 60
    at = [(i * 7919 % 11) * 1_000_003 - (2_400_000_000_000_000 if i % 17 == 0 else 0) for i in range(n)]
    columns = {
        "case": pa.array([f"c{i % 7}" for i in range(n)]),
        "activity": pa.array([ODD[i * i % len(ODD)] for i in range(n)]),
        "at": pa.array(at, pa.timestamp("us")),
        "seq": pa.array([i % 3 if i % 5 else None for i in range(n)], pa.int64()),
    }
    if lifecycle:
        columns["lifecycle"] = pa.array([["start", "complete", "suspend", None][i % 4] for i in range(n)])
    table = pa.table(columns)
    ours, theirs = (mine(table, engine=engine, order=["A", "it's", "NA"]) for engine in (duckdb, spark))
    assert same(ours.to_json(), theirs.to_json())
    edge, deviation = ours.edges[0], ours.deviations[0]
    for subject in (Subject("edge", (edge.source, edge.target)), Subject(deviation.kind, (deviation.activity,))):
        rows = [
            cases_behind(table, subject, engine=engine, order=["A", "it's", "NA"], limit=5).to_pylist()
            for engine in (duckdb, spark)
        ]
        assert rows[0]
        assert same(*rows)


@pytest.mark.parametrize("key", shipped_standards())
def test_indicators(spark: Engine, duckdb: Engine, lake: Lake, key: str) -> None:
    standard = load_standard(key)
    found = [
        evaluate(
            lake,
            standard,
            engine=engine,
            start=date(2026, 5, 1),
            end=date(2026, 6, 30),
            grain="month",
            groupings=((), ("team",)),
        )
        for engine in (duckdb, spark)
    ]
    ours, theirs = ({(v.key, v.period, v.group): v for v in values.values} for values in found)
    assert ours
    assert list(ours) == list(theirs) or set(ours) == set(theirs)
    for where, value in ours.items():
        other = theirs[where]
        left, right = ([getattr(v, name) for name in v.__slots__] for v in (value, other))
        assert same(left, right), where
    assert [n.key for n in found[0].not_computed] == [n.key for n in found[1].not_computed]


def test_a_file_that_is_gone(spark: Engine, tmp_path: Path) -> None:
    with pytest.raises(AnalysisError):
        spark.attach("gone", [tmp_path / "gone.parquet"])
