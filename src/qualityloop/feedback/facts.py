"""What the room publishes to the lake: survey answers, complaints, reviews."""

from __future__ import annotations

from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from qualityloop.feedback.models import Complaint, Review, SurveyItem, SurveyResponse
from qualityloop.foundation.lake.facts import Facts, register_facts
from qualityloop.foundation.records.asides import counted

ABOUT: dict[str, str | Combinable] = {
    "ticket_id": Coalesce("ticket__number", "ticket_key"),
    "team": "team__name",
    "agent": "agent__name",
    "customer": "customer__number",
}


def complaints_counted() -> QuerySet[Complaint]:
    """The complaints that count."""
    return counted(Complaint.objects.all())


def publish() -> None:
    """Register the room's fact tables."""
    register_facts(
        Facts(
            "survey_responses",
            SurveyResponse.objects.all,
            columns={"response_id": "number", **ABOUT},
            changed="changed_at",
        )
    )
    register_facts(
        Facts("survey_items", SurveyItem.objects.all, columns={"response_id": "response__number"}, serial="id")
    )
    register_facts(
        Facts("complaints", complaints_counted, columns={"complaint_id": "number", **ABOUT}, changed="changed_at")
    )
    register_facts(
        Facts(
            "reviews",
            Review.objects.all,
            columns={"review_id": "number", "customer": "customer__number"},
            changed="changed_at",
        )
    )
