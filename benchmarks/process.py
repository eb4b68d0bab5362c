"""Process mining of made-up events: ours, PM4Py, pandas. All read the same Parquet files and answer with the same
counts, so that a contender that computes something else is seen.

Everybody finds edges with count and median waiting, start and end activities, and variants. Ours finds p90, rework and
waiting per step besides; pandas p90.
"""

from __future__ import annotations

import glob
import sys
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, Contender, Result, race

ORACLE = ROOT / ".venv-oracle/bin/python"
Answer = dict[str, Any]


def ours(lake: str) -> Answer:
    """`mine`, as `qualityloop mine` computes it."""
    from qualityloop.analysis.engine import open_engine
    from qualityloop.analysis.lake import Lake
    from qualityloop.analysis.process import mine

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


def _frame(lake: str) -> Any:
    """The columns that are needed, in the order of the files: by time, then case, then sequence."""
    import pandas as pd

    files = sorted(glob.glob(f"{lake}/ticket_events/*.parquet"))
    columns = ["ticket_id", "seq", "at", "activity"]
    return pd.concat([pd.read_parquet(file, columns=columns) for file in files], ignore_index=True)


def pm4py(lake: str) -> Answer:
    """PM4Py's own functions. Its sorting by case and time keeps the files' order where times tie."""
    import pm4py as library

    frame = library.format_dataframe(
        _frame(lake).drop(columns="seq"), case_id="ticket_id", activity_key="activity", timestamp_key="at"
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


def pandas(lake: str) -> Answer:
    """The usual way with pandas: codes for names, one sort, neighbours by shift, quantiles per group."""
    import numpy as np
    import pandas as pd

    frame = _frame(lake)
    frame["case"] = pd.factorize(frame["ticket_id"])[0]
    codes, _ = pd.factorize(frame["activity"])
    frame["code"] = codes
    frame = frame[["case", "at", "seq", "code"]].sort_values(["case", "at", "seq"])
    following = frame.shift(-1)
    inside = (frame["case"] == following["case"]).to_numpy()
    passages = pd.DataFrame(
        {
            "source": frame["code"][inside],
            "target": following["code"][inside].astype("int64"),
            "waiting": (following["at"] - frame["at"])[inside].dt.total_seconds(),
        }
    )
    groups = passages.groupby(["source", "target"])["waiting"]
    counts, medians, p90 = groups.size(), groups.median(), groups.quantile(0.9)
    assert len(p90) == len(counts)
    first = np.r_[True, ~inside[:-1]]
    variants = frame.groupby("case", sort=False)["code"].agg(tuple).value_counts()
    return {
        "cases": int(first.sum()),
        "edges": int(counts.sum()),
        "medians": round(medians.sum()),
        "start": sorted(frame["code"][first].value_counts().tolist()),
        "end": sorted(frame["code"][~inside].value_counts().tolist()),
        "variants": len(variants),
    }


def run(folder: Path, cases: int, runs: int) -> list[Result]:
    """Ours first; PM4Py, which takes longest, once."""
    from benchmarks import data

    lake = folder / "events"
    data.lake(lake, tickets=10, events=cases)
    arguments = {"lake": str(lake)}
    contenders = [
        Contender("QualityLoop", "benchmarks.process:ours", arguments),
        Contender("pandas", "benchmarks.process:pandas", arguments, runs=min(runs, 2)),
    ]
    if ORACLE.exists():
        contenders.append(Contender("PM4Py", "benchmarks.process:pm4py", arguments, python=str(ORACLE), runs=1))
    else:
        print("PM4Py is left out: make test-oracle installs it", file=sys.stderr)
    results = race(contenders, runs)
    answers = [result.answer for result in results]
    if any(answer != answers[0] for answer in answers):
        raise RuntimeError(f"the contenders disagree: {answers}")
    return results
