"""Every morning: fit the threshold where people judged since, and look at what customers wrote."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.feedback.negatives.permissions import JUDGE
from qualityloop.feedback.negatives.scoring import fit, judged_anew, look
from qualityloop.feedback.negatives.services import DAILY, FIT
from qualityloop.foundation.jobs import Progress, job, schedule


@job(DAILY, _("Negative feedback filtered"), right=JUDGE)
def run_daily(progress: Progress) -> None:
    """Fit where somebody judged since the last time, then look at what is new."""
    if judged_anew():
        fit(actor=None)
    look(step=progress)


@job(FIT, _("Threshold for negative feedback fitted"), right=JUDGE)
def run_fit(progress: Progress) -> None:
    """Fit on what people said until now, and look at all texts by it."""
    fit(actor=progress.run.actor)
    look(step=progress)


schedule(DAILY, cron="10 5 * * *")
