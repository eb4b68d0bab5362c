"""What can be done to plans and what belongs to them, in words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action

PLAN_BEGUN = action("plan.begun", _("Improvement plan begun"))
PLAN_CHANGED = action("plan.changed", _("Improvement plan changed"))
PLAN_SUBMITTED = action("plan.submitted", _("Improvement plan handed in"))
PLAN_SENT_BACK = action("plan.sent_back", _("Improvement plan sent back"))
PLAN_APPROVED = action("plan.approved", _("Improvement plan approved"))
PLAN_STARTED = action("plan.started", _("Improvement plan started and frozen"))
PLAN_ENDED = action("plan.ended", _("Improvement plan carried out"))
PLAN_REPLACED = action("plan.replaced", _("Improvement plan replaced"))
MEASURE_ADDED = action("plan.measure_added", _("Measure added"))
MEASURE_CHANGED = action("plan.measure_changed", _("Measure changed"))
MEASURE_REMOVED = action("plan.measure_removed", _("Measure removed"))
MEASURE_MOVED = action("plan.measure_moved", _("Measure moved on"))
TASK_ADDED = action("plan.task_added", _("Task given out"))
TASK_CHANGED = action("plan.task_changed", _("Task changed"))
TASK_MOVED = action("plan.task_moved", _("Task moved"))
TASK_HARD = action("plan.task_hard", _("Difficulty with a task told"))
TASK_REMARK = action("plan.task_remark", _("Remark on a task"))
MEETING_MADE = action("plan.meeting_made", _("Weekly meeting called"))
MEETING_CHANGED = action("plan.meeting_changed", _("Minutes changed"))
MEETING_CLOSED = action("plan.meeting_closed", _("Minutes closed"))
CHECK_PLANNED = action("plan.check_planned", _("Checkpoint planned"))
CHECK_DRAWN = action("plan.check_drawn", _("Sample of a checkpoint drawn"))
CHECK_ENTERED = action("plan.check_entered", _("Results of a checkpoint entered"))
CHECK_JUDGED = action("plan.check_judged", _("Checkpoint judged"))
REVIEW_OPENED = action("plan.review_opened", _("Review of a measure opened"))
REVIEW_CHANGED = action("plan.review_changed", _("Review of a measure changed"))
REVIEW_CLOSED = action("plan.review_closed", _("Review of a measure closed"))
