"""Where plans and tasks stand in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.navigation import Entry, register
from qualityloop.improvement.plans import permissions


def connect() -> None:
    """Enter the pages under the stages of the loop."""
    entries = (
        (_("Improvement plans"), "plans", "clipboard-list", permissions.PLANS,
         {"plan", "plan_why", "plan_goal", "compare", "measure_new", "measure_edit", "gantt"}),
        (_("Tasks"), "board", "checklist", permissions.TASKS, {"tasks", "task", "task_new", "task_edit", "answer"}),
        (_("Weekly meetings"), "meetings", "users", permissions.MEETINGS, {"meeting", "meeting_new", "decide"}),
        (_("Checkpoints"), "checkpoints", "circle-check", permissions.PLANS, {"checkpoint", "check_new", "draw"}),
        (_("48-hour reviews"), "reviews", "clock", permissions.PLANS, {"review"}),
    )  # fmt: skip
    for order, (label, page, icon, right, more) in enumerate(entries):
        pages = frozenset(f"improvement_plans:{name}" for name in {page, *more})
        register(Entry(label, f"improvement_plans:{page}", icon, right, pages, stage="improve", order=20 + order))
