"""Process mining: how cases really ran, where they wait, what is done twice, what leaves the given order."""

from __future__ import annotations

from qualityloop.analysis.process.behind import Subject, cases_behind
from qualityloop.analysis.process.mining import mine
from qualityloop.analysis.process.model import (
    Bottleneck,
    Deviation,
    DeviationKind,
    Durations,
    Edge,
    ProcessMap,
    Rework,
    Step,
    Variant,
)
from qualityloop.analysis.process.selection import TicketCondition

__all__ = [
    "Bottleneck",
    "Deviation",
    "DeviationKind",
    "Durations",
    "Edge",
    "ProcessMap",
    "Rework",
    "Step",
    "Subject",
    "TicketCondition",
    "Variant",
    "cases_behind",
    "mine",
]
