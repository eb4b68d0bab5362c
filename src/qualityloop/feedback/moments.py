"""What customers say, in the timelines of tickets and customers."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from qualityloop.customers.models import Customer
from qualityloop.feedback import permissions, queries
from qualityloop.feedback.listings import CSAT_TONE
from qualityloop.feedback.models import Complaint, Praise, SurveyResponse
from qualityloop.foundation.panels import Moment, register_moments
from qualityloop.operations.models import Ticket

NEWEST = 50  # of each kind
SHORT = 160


def connect() -> None:
    """Register the timelines."""
    for about in ("operations.ticket", "customers.customer"):
        register_moments(about, _responses)
        register_moments(about, _complaints)
        register_moments(about, _praise)


def _about(one: Ticket | Customer) -> dict[str, object]:
    return {"ticket": one} if isinstance(one, Ticket) else {"customer": one}


def _responses(request: HttpRequest, one: Ticket | Customer) -> Iterator[Moment]:
    if permissions.SURVEY_RESPONSES.allows(request.user):
        found = queries.survey_responses_for(request.user).filter(**_about(one))
        for response in found.order_by("-answered_at")[:NEWEST]:
            yield response_moment(response)


def response_moment(response: SurveyResponse) -> Moment:
    """An answered questionnaire as a moment."""
    marks = [
        text.format(n=value)
        for value, text in (
            (response.csat, _("satisfaction {n} of 5")), (response.nps, _("recommends {n} of 10")),
            (response.effort, _("effort {n} of 7")),
        )
        if value is not None
    ]  # fmt: skip
    title = " · ".join([_("Survey answered"), *marks])
    url = reverse("feedback:survey_response", args=[response.pk])
    tone = CSAT_TONE.get(response.csat or 0, "")
    return Moment(response.answered_at, title, "star", Truncator(response.comment).chars(SHORT), "", url, tone)


def _complaints(request: HttpRequest, one: Ticket | Customer) -> Iterator[Moment]:
    if permissions.COMPLAINTS.allows(request.user):
        found = queries.complaints_for(request.user).filter(**_about(one))
        for complaint in found.order_by("-received_at")[:NEWEST]:
            yield from complaint_moments(complaint)


def complaint_moments(complaint: Complaint) -> Iterator[Moment]:
    """A complaint from its receipt to its close."""
    url = reverse("feedback:complaint", args=[complaint.pk])
    text = Truncator(complaint.text).chars(SHORT)
    title = _("Complaint {number} received").format(number=complaint.number)
    yield Moment(complaint.received_at, title, "alert-triangle", text, "", url, "missed")
    for at, words in (
        (complaint.classified_at, _("Complaint {number} classified")),
        (complaint.answered_at, _("Complaint {number} answered")),
        (complaint.closed_at, _("Complaint {number} closed")),
    ):
        if at is not None:
            yield Moment(at, words.format(number=complaint.number), "clipboard-check", url=url)


def _praise(request: HttpRequest, one: Ticket | Customer) -> Iterator[Moment]:
    if permissions.PRAISE.allows(request.user):
        found = queries.praise_for(request.user).filter(**_about(one)).select_related("agent")
        for praise in found.order_by("-received_at")[:NEWEST]:
            yield praise_moment(praise)


def praise_moment(praise: Praise) -> Moment:
    """Thanks as a moment."""
    who = praise.agent.name if praise.agent else ""
    url = reverse("feedback:one_praise", args=[praise.pk])
    return Moment(praise.received_at, _("Praise"), "award", Truncator(praise.text).chars(SHORT), who, url, "met")
