"""Ours: what `qualityloop diagnose` does before it looks for problems."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from benchmarks.indicators_sql import digest
from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.indicators.evaluate import evaluate
from qualityloop.analysis.indicators.loading import load_standard
from qualityloop.analysis.lake import Lake

STANDARD = Path(__file__).with_name("standard.yaml")
START, END = date(2025, 11, 1), date(2026, 10, 31)


def ours(lake: str, cache: str | None = None, end: str | None = None) -> list[float]:
    """Values with n, interval, status, history and control limits, as `qualityloop diagnose` computes them."""

    with open_engine("duckdb") as engine:
        answer = evaluate(
            Lake.open(Path(lake)),
            load_standard(STANDARD),
            engine=engine,
            start=START,
            end=date.fromisoformat(end) if end else END,
            grain="month",
            groupings=[("team", "channel")],
            cache=Path(cache) if cache else None,
        )
    return digest([v.value for v in answer.values if v.group])
