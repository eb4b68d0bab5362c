"""What customers complain about: complaints counted by category, for the Pareto of pages and reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from qualityloop.analysis.engine import Engine
from qualityloop.analysis.indicators.evaluate import evaluate
from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.indicators.values import Grain, Value
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import Text

CAUSE = "category"  # the column that says what a complaint is about

COMPLAINTS = Indicator(
    key="complaints",
    name=Text("投诉件数", "Complaints"),
    dimension="complaints",
    dataset="complaints",
    period="received_at",
    formula="count()",
    unit="count",
    better="lower",
)
_ONLY = Standard("complaints", "1", COMPLAINTS.name, {"complaints": COMPLAINTS.name}, (COMPLAINTS,))


def complaint_causes(
    lake: Lake, *, engine: Engine, start: date, end: date, grain: Grain, cache: Path | None = None
) -> tuple[Value, ...]:
    """Complaints by category in each period of start..end; none where the lake knows no categories."""
    complaints = lake.datasets.get("complaints")
    if complaints is None or CAUSE not in complaints.columns or not complaints.rows:
        return ()
    found = evaluate(lake, _ONLY, engine=engine, start=start, end=end, grain=grain, groupings=[(CAUSE,)], cache=cache)
    return tuple(v for v in found.values if v.group and v.n)


def counted_causes(causes: Iterable[Value]) -> dict[str | None, int]:
    """How often each category occurs in `causes`; None where it was not filled in."""
    counts: Counter[str | None] = Counter()
    for value in causes:
        counts[value.group[0][1]] += value.n
    return dict(counts)
