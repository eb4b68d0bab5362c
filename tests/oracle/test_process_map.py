"""The process map of real logs agrees with PM4Py's, edge by edge and variant by variant."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qualityloop.analysis.engine import Engine, open_engine
from qualityloop.analysis.files import read_events
from qualityloop.analysis.process import mine
from tests.conftest import ROOT, skip

pytestmark = pytest.mark.oracle
ORACLE = ROOT / ".venv-oracle/bin/python"
SCRIPT = Path(__file__).with_name("pm4py_map.py")

# file: (case, activity, time), then cases and events as the publisher's description states them
LOGS = {
    "helpdesk_it/helpdesk.csv.gz": ("case_id", "activity", "timestamp", 4580, 21348),
    "bpic2013_volvo/incidents.csv.gz": ("case_id", "activity", "timestamp", 7554, 65533),
    "bpic2013_volvo/closed_problems.csv.gz": ("case_id", "activity", "timestamp", 1487, 6660),
    "bpic2014_rabobank_sample/activities.csv.gz": ("incident_id", "incident_activity_type", "data_stamp", 4000, 39911),
    "receipt_permit/receipt.csv.gz": ("case_id", "activity", "timestamp", 1434, 8577),
    "sepsis/sepsis.csv.gz": ("case_id", "activity", "timestamp", 1050, 15214),
}
SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine("duckdb") as opened:
        yield opened


@pytest.fixture(scope="module")
def real_logs(real_data: Path) -> dict[str, pa.Table]:
    """The logs in file order; clock times without offset taken as they stand."""
    return {
        name: read_events(real_data / name, case=case, activity=activity, time=time, zone="UTC")
        for name, (case, activity, time, _, _) in LOGS.items()
    }


def woven(seed: int) -> pa.Table:
    """Few distinct instants, cases woven into each other, so that file order decides often."""
    rng = np.random.default_rng(seed)
    rows = 3000
    return pa.table(
        {
            "case": pa.array([f"c{n:03d}" for n in rng.integers(0, 400, rows)]),
            "activity": pa.array(np.array(["接单", "处理", "NA", "?", "Closed"])[rng.integers(0, 5, rows)]),
            "at": pa.array(1_700_000_000_000_000 + rng.integers(0, 4, rows) * 60_000_000, pa.timestamp("us")),
        }
    )


@pytest.fixture(scope="module")
def theirs(real_logs: dict[str, pa.Table], tmp_path_factory: pytest.TempPathFactory) -> dict[str | int, Any]:
    """PM4Py's answers for all logs, from one run of its own Python."""
    if not ORACLE.exists():
        skip("PM4Py is not installed; make test-oracle installs it")
    folder = tmp_path_factory.mktemp("logs")
    logs: dict[str | int, pa.Table] = {**real_logs, **{seed: woven(seed) for seed in SEEDS}}
    files = [folder / f"{i}.parquet" for i in range(len(logs))]
    for file, log in zip(files, logs.values(), strict=True):
        pq.write_table(log.select(["case", "activity", "at"]), file)
    done = subprocess.run([ORACLE, SCRIPT, *files], capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(zip(logs, json.loads(done.stdout), strict=True))


def compare(log: pa.Table, answer: dict[str, Any], engine: Engine) -> None:
    ours = mine(log, engine=engine)
    assert {(e.source, e.target): e.count for e in ours.edges} == {(s, t): n for s, t, n in answer["edges"]}
    assert {v.path: v.cases for v in ours.variants} == {tuple(path): n for path, n in answer["variants"]}
    assert ours.start == answer["start"]
    assert ours.end == answer["end"]
    assert {r.activity: r.cases for r in ours.rework} == answer["rework"]
    medians = {(s, t): seconds for s, t, seconds in answer["median"]}
    for edge in ours.edges:
        # PM4Py counts the time between two events in whole milliseconds
        assert edge.waiting.median_seconds == pytest.approx(medians[edge.source, edge.target], rel=1e-9, abs=2e-3)


@pytest.mark.real_data
@pytest.mark.parametrize("name", LOGS)
def test_real_log(name: str, engine: Engine, real_logs: dict[str, pa.Table], theirs: dict[str | int, Any]) -> None:
    *_, cases, events = LOGS[name]
    found = mine(real_logs[name], engine=engine)
    assert (found.cases, found.events) == (cases, events)
    compare(real_logs[name], theirs[name], engine)


@pytest.mark.parametrize("seed", SEEDS)
def test_generated_log_full_of_ties(seed: int, engine: Engine, theirs: dict[str | int, Any]) -> None:
    log = woven(seed)
    ties = Counter(zip(log.column("case").to_pylist(), log.column("at").to_pylist(), strict=True))
    assert max(ties.values()) > 3
    compare(log, theirs[seed], engine)
