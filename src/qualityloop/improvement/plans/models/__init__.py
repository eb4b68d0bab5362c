"""Plans, measures, tasks, meetings, checkpoints, reviews."""

from __future__ import annotations

from qualityloop.improvement.plans.models.checkpoints import Checkpoint, CheckResult, CheckState
from qualityloop.improvement.plans.models.meetings import Meeting
from qualityloop.improvement.plans.models.plans import Measure, MeasureState, Method, Plan, PlanState
from qualityloop.improvement.plans.models.reviews import Missed, Review
from qualityloop.improvement.plans.models.tasks import AnswerLink, Remark, Task, TaskState

__all__ = [
    "AnswerLink",
    "CheckResult",
    "CheckState",
    "Checkpoint",
    "Measure",
    "MeasureState",
    "Meeting",
    "Method",
    "Missed",
    "Plan",
    "PlanState",
    "Remark",
    "Review",
    "Task",
    "TaskState",
]
