"""Judging texts, and asking for another threshold."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.feedback.negatives import actions
from qualityloop.feedback.negatives.models import Opinion
from qualityloop.feedback.negatives.queries import progress
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.models import User

DAILY, FIT = "negatives.daily", "negatives.fit"


def opinion_judge(
    *, actor: User, opinion: Opinion, negative: bool | None, drawn: bool = False, address: str = ""
) -> Opinion:
    """Say whether a text is negative (None: take back what was said); `drawn`: it came up in the random order."""
    with transaction.atomic():
        kept = Opinion.objects.select_for_update().get(pk=opinion.pk)
        if kept.said == negative and (not drawn or kept.drawn):
            return kept
        before = {"said": kept.said} if kept.said is not None else None
        kept.said = negative
        kept.said_by, kept.said_at = (actor, timezone.now()) if negative is not None else (None, None)
        kept.drawn = negative is not None and (drawn or kept.drawn)
        kept.save(update_fields=["said", "said_by", "said_at", "drawn"])
        after = {"said": negative, "band": kept.band, "drawn": kept.drawn}
        record(actor=actor, action=actions.JUDGED, record=kept, before=before, after=after, address=address)
    return kept


def fit_ask(*, actor: User) -> None:
    """Have the threshold fitted anew and all texts looked at by it. AnalysisError where too few were judged."""
    now = progress()
    if not now.ready:
        raise AnalysisError(
            message(
                "Too few texts are judged: {positives} negative and {negatives} others, {enough} of each are needed.",
                positives=now.positives, negatives=now.negatives, enough=now.enough,
            )
        )  # fmt: skip
    enqueue(FIT, actor=actor, once=FIT)
