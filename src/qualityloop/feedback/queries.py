"""Reading what customers say, for whoever asks."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from qualityloop.feedback.models import Complaint, Praise, Review, SurveyResponse
from qualityloop.people.scope import restrict, scope_of

WHOLE = ("team", "agent", "customer", "ticket", "batch")


def survey_responses_for(user: Any) -> QuerySet[SurveyResponse]:
    """The answers about what `user` may see."""
    return restrict(SurveyResponse.objects.all(), user)


def complaints_for(user: Any) -> QuerySet[Complaint]:
    """The complaints about what `user` may see."""
    return restrict(Complaint.objects.all(), user)


def praise_for(user: Any) -> QuerySet[Praise]:
    """The praise of what `user` may see."""
    return restrict(Praise.objects.all(), user)


def reviews_for(user: Any) -> QuerySet[Review]:
    """Reviews are public and name no team: whoever works here sees them all, a customer the own."""
    scope = scope_of(user)
    if scope.everything or scope.agent is not None or scope.teams:
        return Review.objects.all()
    if scope.customer_user is not None:
        return Review.objects.filter(customer__user=scope.customer_user)
    return Review.objects.none()
