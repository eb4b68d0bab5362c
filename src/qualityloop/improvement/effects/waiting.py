"""Effects and proposals that wait for somebody."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.loop import Waiting, register_waiting
from qualityloop.foundation.models import User
from qualityloop.improvement.effects.models import ProposalState
from qualityloop.improvement.effects.permissions import STANDARDISE
from qualityloop.improvement.effects.queries import proposals_for
from qualityloop.improvement.problems.models import State
from qualityloop.improvement.problems.permissions import PROBLEM_CLOSE
from qualityloop.improvement.problems.queries import problems_for


def waiting(user: User) -> Iterator[Waiting]:
    """Problems whose effect is known and that are to be closed; proposals to decide on."""
    if PROBLEM_CLOSE.allows(user):
        judged = problems_for(user).filter(state=State.VERIFYING, evaluations__final=True).distinct().count()
        url = reverse("improvement_problems:problems") + f"?state={State.VERIFYING.value}"
        yield Waiting(_("Problems to close: their effect is known"), judged, url, "lock")
    if STANDARDISE.allows(user):
        count = proposals_for(user).filter(state=ProposalState.PROPOSED).count()
        url = reverse("improvement_effects:proposals") + "?state=proposed"
        yield Waiting(_("Proposals for standards to decide on"), count, url, "award")


def connect() -> None:
    """Fill the loop."""
    register_waiting(waiting)
