"""Process mining with PM4Py, in an environment of its own."""

from __future__ import annotations

from typing import Any

import pm4py as library

from benchmarks.process_pandas import frame_of


def pm4py(lake: str) -> dict[str, Any]:
    """PM4Py's own functions. Its sorting by case and time keeps the files' order where times tie."""
    frame = library.format_dataframe(
        frame_of(lake).drop(columns="seq"), case_id="ticket_id", activity_key="activity", timestamp_key="at"
    )
    edges, start, end = library.discover_dfg(frame)
    performance, _, _ = library.discover_performance_dfg(frame)
    variants = library.get_variants(frame)
    return {
        "cases": int(sum(start.values())),
        "edges": int(sum(edges.values())),
        "medians": round(sum(float(times["median"]) for times in performance.values())),
        "start": sorted(int(n) for n in start.values()),
        "end": sorted(int(n) for n in end.values()),
        "variants": len(variants),
    }
