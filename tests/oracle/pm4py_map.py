"""Run by the oracle's own Python: the process maps of Parquet files as PM4Py sees them, as JSON on standard output."""

import json
import sys
import warnings

warnings.simplefilter("ignore")
sys.stdout, out = sys.stderr, sys.stdout  # PM4Py greets on standard output

import pandas as pd  # noqa: E402
import pm4py  # noqa: E402


def answer(file: str) -> dict[str, object]:
    frame = pd.read_parquet(file)
    frame = pm4py.format_dataframe(frame, case_id="case", activity_key="activity", timestamp_key="at")
    edges, start, end = pm4py.discover_dfg(frame)
    performance, _, _ = pm4py.discover_performance_dfg(frame)
    return {
        "edges": [[*edge, int(count)] for edge, count in edges.items()],
        "median": [[*edge, float(times["median"])] for edge, times in performance.items()],
        "start": {name: int(count) for name, count in start.items()},
        "end": {name: int(count) for name, count in end.items()},
        "variants": [[list(path), int(cases)] for path, cases in pm4py.get_variants(frame).items()],
        "rework": {name: int(cases) for name, cases in pm4py.get_rework_cases_per_activity(frame).items()},
    }


json.dump([answer(file) for file in sys.argv[1:]], out)
