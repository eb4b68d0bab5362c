"""Operations on plans, measures, tasks, meetings, checkpoints and reviews; their lists are served by themselves."""

from __future__ import annotations

from qualityloop.improvement.plans.api import execution, planning

__all__ = ["execution", "planning"]
