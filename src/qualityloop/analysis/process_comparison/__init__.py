"""Two sides of one event log beside each other: two periods, two teams, any two segments; docs/PROCESS.md."""

from __future__ import annotations

from qualityloop.analysis.process_comparison.comparing import compare
from qualityloop.analysis.process_comparison.model import (
    Compared,
    Comparison,
    Estimate,
    Measure,
    Passage,
    Question,
    Side,
)

__all__ = ["Compared", "Comparison", "Estimate", "Measure", "Passage", "Question", "Side", "compare"]
