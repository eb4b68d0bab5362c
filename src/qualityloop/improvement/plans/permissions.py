"""Who may see plans, write and approve them, and work on tasks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.permissions import permission
from qualityloop.foundation.roles import STAFF, Role

LEADERS = frozenset({Role.DIRECTOR.value, Role.QC.value, Role.SENIOR_AGENT.value, Role.TRAINER.value, Role.ADMIN.value})

PLANS = permission("improvement_plans.plans", _("See improvement plans"), STAFF)
PLAN_WRITE = permission("improvement_plans.plan_write", _("Write improvement plans and carry them out"), LEADERS)
PLAN_APPROVE = permission(
    "improvement_plans.plan_approve",
    _("Approve improvement plans"),
    frozenset({Role.DIRECTOR.value, Role.QC.value, Role.ADMIN.value}),
)
TASKS = permission("improvement_plans.tasks", _("See tasks and work on one's own"), STAFF)
TASK_WRITE = permission("improvement_plans.task_write", _("Give out tasks"), LEADERS)
MEETINGS = permission("improvement_plans.meetings", _("Hold weekly meetings"), LEADERS)
CHECK = permission("improvement_plans.check", _("Plan checkpoints and enter their results"), LEADERS)
REVIEWS = permission("improvement_plans.reviews", _("Review measures that missed"), LEADERS)
