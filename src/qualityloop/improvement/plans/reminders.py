"""By the clock: what is due or late, once a day in one notice; measures past their day get their review."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.jobs import Progress, job, schedule
from qualityloop.foundation.models import User
from qualityloop.improvement.plans import notices
from qualityloop.improvement.plans.models import Review, Task, TaskState
from qualityloop.improvement.plans.models.reviews import Missed
from qualityloop.improvement.plans.queries import late_measures, open_tasks
from qualityloop.improvement.plans.services.reviews import concerned, review_open
from qualityloop.improvement.problems.models import State

REMIND, WATCH = "plans.remind", "plans.watch"
AHEAD = 1  # days before a task is due
LAST_HOURS = 6  # of a review, in which people are told once more


@job(REMIND, _("Reminders about tasks"), quiet=True)
def remind(progress: Progress) -> None:
    """Tell everybody in one notice what of theirs is due by tomorrow or late."""
    today = timezone.localdate()
    mine: dict[User, list[Task]] = defaultdict(list)
    due = open_tasks(Task.objects.all()).filter(due_on__lte=today + timedelta(days=AHEAD))
    due = due.exclude(problem__state=State.CLOSED).exclude(state=TaskState.CHECK)
    for task in due.select_related("owner__user").order_by("due_on", "pk"):
        if task.owner is not None and task.owner.user is not None:
            mine[task.owner.user].append(task)
    for done, (user, tasks) in enumerate(mine.items()):
        progress(done, len(mine))
        with transaction.atomic():
            notices.tasks_due(user, tasks, day=today.isoformat())


schedule(REMIND, cron="30 7 * * *")


@job(WATCH, _("Watch over measures"), quiet=True)
def watch(progress: Progress) -> None:
    """Open the review of each measure whose day is over; tell once more before the 48 hours end, and when they have."""
    late = list(late_measures(timezone.localdate()))
    for done, measure in enumerate(late):
        progress(done, len(late))
        if not _reviewed(measure.pk):
            with transaction.atomic():
                review_open(actor=None, measure=measure, missed=Missed.LATE, what=f"{measure.due_on:%Y-%m-%d}")
    now = timezone.now()
    running = Review.objects.filter(closed_at=None, due_at__lte=now + timedelta(hours=LAST_HOURS))
    for review in running.select_related("measure__plan__problem__owner__user", "measure__owner__user"):
        with transaction.atomic():
            occasion = "over" if review.due_at <= now else "ends"
            notices.review_runs(review, concerned(review), occasion=occasion)


schedule(WATCH, cron="10 * * * *")


def _reviewed(measure: int) -> bool:
    """Whether it was said before that this measure is late."""
    return Review.objects.filter(measure=measure, missed=Missed.LATE).exists()
