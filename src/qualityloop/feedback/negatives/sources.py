"""The records whose texts are looked at: reviews of other platforms and comments of surveys."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from qualityloop.feedback import permissions, queries
from qualityloop.feedback.models import Review, SurveyResponse
from qualityloop.feedback.negatives.models import Kind
from qualityloop.foundation.permissions import Permission


@dataclass(frozen=True, slots=True)
class Source:
    """A table with texts of customers; `stars` is a column from 1 (bad) to 5 (good)."""

    model: Any
    visible: Callable[[Any], QuerySet[Any]]
    right: Permission
    page: str
    text: str
    at: str
    stars: str

    def url(self, key: int) -> str:
        """A record's page."""
        return reverse(self.page, args=[key])


SOURCES = {
    Kind.REVIEW.value: Source(
        Review, queries.reviews_for, permissions.REVIEWS, "feedback:review", "text", "at", "rating"
    ),
    Kind.SURVEY_RESPONSE.value: Source(
        SurveyResponse, queries.survey_responses_for, permissions.SURVEY_RESPONSES, "feedback:survey_response",
        "comment", "answered_at", "csat",
    ),
}  # fmt: skip


def place_of(kind: str, key: int) -> int:
    """A record's place in the random order: the same on every machine, and chosen by nobody."""
    return int.from_bytes(hashlib.sha256(f"negatives {kind} {key}".encode()).digest()[:7])
