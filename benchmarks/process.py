"""Process mining of made-up events: ours, PM4Py, pandas. All read the same Parquet files and answer with the same
counts, so that a contender that computes something else is seen.

Everybody finds edges with count and median waiting, start and end activities, and variants. Ours finds p90, rework and
waiting per step besides; pandas p90. Importing the libraries is not counted.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measure import ROOT, Contender, Result, race

ORACLE = ROOT / ".venv-oracle/bin/python"


def run(folder: Path, cases: int, runs: int) -> list[Result]:
    """Ours first; PM4Py, which takes longest, once."""
    from benchmarks import data

    lake = folder / "events"
    data.lake(lake, tickets=10, events=cases)
    arguments = {"lake": str(lake)}
    contenders = [
        Contender("QualityLoop", "benchmarks.process_ours:ours", arguments),
        Contender("pandas", "benchmarks.process_pandas:pandas", arguments, runs=min(runs, 2)),
    ]
    if ORACLE.exists():
        contenders.append(Contender("PM4Py", "benchmarks.process_pm4py:pm4py", arguments, python=str(ORACLE), runs=1))
    else:
        print("PM4Py is left out: make test-oracle installs it", file=sys.stderr)
    results = race(contenders, runs)
    answers = [result.answer for result in results]
    if any(answer != answers[0] for answer in answers):
        raise RuntimeError(f"the contenders disagree: {answers}")
    return results
