"""Ten million tickets and seventy-six million events in eight gigabytes, each step a process of its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.indicators_ours import STANDARD
from benchmarks.measure import Contender, Result, race

MEMORY = "5GB"  # what DuckDB may use; the process as a whole has to stay below 8 GB


def build(lake: str, tickets: int) -> list[int]:
    """Write the lake."""
    from benchmarks import data

    made = data.lake(Path(lake), tickets=tickets, events=tickets, memory=MEMORY)
    return [made.datasets["tickets"].rows, made.datasets["ticket_events"].rows]


def diagnose(lake: str) -> list[int]:
    """Diagnose a year by team and channel."""
    from qualityloop.analysis.diagnose import diagnose as run
    from qualityloop.analysis.engine import open_engine
    from qualityloop.analysis.indicators.loading import load_standard
    from qualityloop.analysis.lake import Lake

    with open_engine("duckdb", memory_limit=MEMORY) as engine:
        answer = run(
            Lake.open(Path(lake)),
            load_standard(STANDARD),
            engine=engine,
            start=date(2025, 11, 1),
            end=date(2026, 10, 31),
            by=["team", "channel"],
        )
    return [len(answer.values.values), len(answer.problems)]


def mine(lake: str) -> list[int]:
    """Mine the whole log."""
    from qualityloop.analysis.engine import open_engine
    from qualityloop.analysis.lake import Lake
    from qualityloop.analysis.process import mine as run

    with open_engine("duckdb", memory_limit=MEMORY) as engine:
        answer: dict[str, Any] = run(Lake.open(Path(lake)), engine=engine).to_json()
    return [answer["cases"], answer["events"]]


def run(folder: Path, tickets: int) -> list[Result]:
    """Build, diagnose, mine, once each."""
    lake = {"lake": str(folder / "large")}
    return race(
        [
            Contender("build the lake", "benchmarks.scale:build", {**lake, "tickets": tickets}),
            Contender("diagnose, 12 indicators by team and channel", "benchmarks.scale:diagnose", lake),
            Contender("mine", "benchmarks.scale:mine", lake),
        ],
        runs=1,
    )
