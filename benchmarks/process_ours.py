"""Process mining with QualityLoop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.process import mine


def ours(lake: str) -> dict[str, Any]:
    """`mine`, as `qualityloop mine` computes it."""
    with open_engine("duckdb") as engine:
        found = mine(Lake.open(Path(lake)), engine=engine)
    return {
        "cases": found.cases,
        "edges": sum(edge.count for edge in found.edges),
        "medians": round(sum(edge.waiting.median_seconds or 0 for edge in found.edges)),
        "start": sorted(found.start.values()),
        "end": sorted(found.end.values()),
        "variants": found.variant_count,
    }
