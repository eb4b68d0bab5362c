"""The 48-hour review of a measure that missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.models import User
from qualityloop.foundation.webhooks import announce
from qualityloop.improvement.plans import actions, notices, permissions
from qualityloop.improvement.plans.models import Measure, Plan, PlanState, Review
from qualityloop.improvement.plans.models.reviews import Missed
from qualityloop.improvement.plans.services.plans import plan_adjust

HOURS = 48  # from the miss to cause and adjusted plan


def review_open(
    *, actor: Any, measure: Measure, missed: str, what: str = "", now: datetime | None = None, address: str = ""
) -> Review:
    """Open the review of a measure that missed; the one that is open about the same miss stays the one."""
    if missed not in Missed.values:
        raise ValidationError({"missed": _("Say what was missed.")})
    with transaction.atomic():
        if (there := _open(measure, missed)) is not None:
            return there
        at = now or timezone.now()
        review = Review(measure=measure, missed=missed, what=what[:500], opened_at=at, changed_at=at)
        review.due_at = at + timedelta(hours=HOURS)
        try:
            with transaction.atomic():
                review.save(force_insert=True)
        except IntegrityError:  # somebody opened it a moment ago
            if (there := _open(measure, missed)) is None:
                raise
            return there
        after = {"missed": missed, "what": review.what, "due_at": review.due_at}
        record(actor=actor, action=actions.REVIEW_OPENED, record=review, before=None, after=after, address=address)
        notices.review_runs(review, concerned(review), occasion="opened")
        announce(notices.REVIEW_OPENED.key, notices.review_said(review))
    return review


def _open(measure: Measure, missed: str) -> Review | None:
    return Review.objects.filter(measure=measure, missed=missed, closed_at__isnull=True).first()


def concerned(review: Review) -> list[User]:
    """The owner of the measure, that of the problem, and who wrote the plan; where there is nobody, who approves."""
    measure = review.measure
    staff = (measure.owner, measure.plan.problem.owner)
    people = [one.user for one in staff if one is not None and one.user is not None]
    if measure.plan.author is not None:
        people.append(measure.plan.author)
    return people or notices.people_with(permissions.PLAN_APPROVE)


def review_change(*, actor: Any, review: Review, cause: str, address: str = "") -> Review:
    """Write down why it missed."""
    with transaction.atomic():
        kept = _locked(review)
        before = kept.cause
        if before != cause.strip():
            kept.cause, kept.changed_at = cause.strip(), timezone.now()
            kept.save(update_fields=["cause", "changed_at"])
            record(
                actor=actor, action=actions.REVIEW_CHANGED, record=kept, before={"cause": before},
                after={"cause": kept.cause}, address=address,
            )  # fmt: skip
    return kept


def review_adjust(*, actor: Any, review: Review, address: str = "") -> Plan:
    """A new version of the plan, begun from this review; the cause is its reason."""
    with transaction.atomic():
        kept = _locked(review)
        if not kept.cause:
            raise ValidationError({"cause": _("Say first why it missed.")})
        if kept.adjusted is not None:
            return Plan.objects.get(pk=kept.adjusted.pk)
        newest = Plan.objects.filter(problem=kept.measure.plan.problem).order_by("-version").first()
        begun = newest if newest is not None and newest.version > kept.measure.plan.version else None
        plan = begun or plan_adjust(actor=actor, plan=kept.measure.plan, reason=kept.cause, address=address)
        kept.adjusted, kept.changed_at = plan, timezone.now()
        kept.save(update_fields=["adjusted", "changed_at"])
        record(
            actor=actor, action=actions.REVIEW_CHANGED, record=kept, before={"adjusted": None},
            after={"adjusted": plan.number}, address=address,
        )  # fmt: skip
    return plan


def review_close(*, actor: Any, review: Review, address: str = "") -> Review:
    """Close a review; not without a cause, nor before the adjusted plan has been handed in."""
    with transaction.atomic():
        kept = _locked(review)
        if not kept.cause:
            raise ValidationError({"cause": _("A review is not closed without the cause.")})
        if kept.adjusted is None or kept.adjusted.state == PlanState.DRAFT:
            raise ValidationError({"adjusted": _("A review is not closed before the adjusted plan is handed in.")})
        kept.closed_at = kept.changed_at = timezone.now()
        kept.closed_by = actor if isinstance(actor, User) else None
        kept.save(update_fields=["closed_at", "closed_by", "changed_at"])
        record(
            actor=actor, action=actions.REVIEW_CLOSED, record=kept, before={"closed_at": None},
            after={"closed_at": kept.closed_at, "adjusted": kept.adjusted.number}, address=address,
        )  # fmt: skip
        announce(notices.REVIEW_CLOSED.key, notices.review_said(kept))
    return kept


def _locked(review: Review) -> Review:
    related = ("measure__plan__problem", "adjusted")
    kept = Review.objects.select_for_update(of=("self",)).select_related(*related).get(pk=review.pk)
    if kept.closed_at is not None:
        raise ValidationError(_("This review is closed."))
    return kept
