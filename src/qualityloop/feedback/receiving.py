"""What the room takes in: survey answers, complaints, reviews."""

from __future__ import annotations

from functools import partial

import pyarrow as pa

from qualityloop.analysis.datasets import COMPLAINTS, REVIEWS, SURVEY_ITEMS, SURVEY_RESPONSES
from qualityloop.feedback.events import complaints_arrived
from qualityloop.feedback.models import Complaint, Praise, Review, SurveyItem, SurveyResponse
from qualityloop.foundation.records.targets import Delivery, Target
from qualityloop.foundation.records.upsert import register_target
from qualityloop.operations.receiving.assigned import assigned_columns, customer_column, ticket_columns
from qualityloop.operations.receiving.links import register_linked, relink
from qualityloop.operations.receiving.targets import same


def _about_ticket(table: pa.Table, delivery: Delivery) -> dict[str, pa.Array]:
    return assigned_columns(table, delivery) | ticket_columns(table, delivery)


SURVEY_TARGET = Target(
    SURVEY_RESPONSES,
    SurveyResponse,
    same(
        "answered_at", "channel", "shift", "product", "region", "tier", "touchpoint", "csat", "nps", "effort",
        "solved", "comment",
    ),
    _about_ticket,
    derived=frozenset({"ticket_id"}),
    follow=partial(relink, SurveyResponse),
    lines=("survey_items",),
)  # fmt: skip

SURVEY_ITEM_TARGET = Target(
    SURVEY_ITEMS, SurveyItem, same("seq", "at", "item", "rating", "importance"), parent=SURVEY_TARGET
)

COMPLAINT_TARGET = Target(
    COMPLAINTS,
    Complaint,
    same(
        "received_at", "classified_at", "answered_at", "closed_at", "channel", "shift", "product", "region",
        "category", "cause", "severity", "status", "upheld", "text",
    ),
    _about_ticket,
    derived=frozenset({"ticket_id"}),
    follow=partial(relink, Complaint),
    arrived=complaints_arrived,
)  # fmt: skip

REVIEW_TARGET = Target(
    REVIEWS, Review, same("at", "answered_at", "platform", "product", "rating", "text"), customer_column
)


def connect() -> None:
    """Register the receivers; rows that name a ticket are led to it when it comes."""
    for model in (SurveyResponse, Complaint, Praise):
        register_linked(model)
    for target in (SURVEY_TARGET, SURVEY_ITEM_TARGET, COMPLAINT_TARGET, REVIEW_TARGET):
        register_target(target)
