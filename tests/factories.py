"""Records for tests, made with model-bakery: each has what it needs, and what the test names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from model_bakery import baker

from qualityloop.customers.models import Contact, Customer, Tier
from qualityloop.feedback.models import Complaint, Praise, Review, SurveyResponse
from qualityloop.operations.models import Annotation, Interaction, Message, Ticket, TicketEvent

_COUNT = count(1)
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 9:00 in Shanghai


def _next(prefix: str) -> str:
    return f"{prefix}{next(_COUNT):05d}"


def a_tier(**values: Any) -> Tier:
    return baker.make(Tier, **{"name": _next("等级"), **values})  # type: ignore[no-any-return]


def a_customer(**values: Any) -> Customer:
    """王女士, with a number of her own."""
    return baker.make(Customer, **{"number": _next("KH-"), "name": "王女士", **values})  # type: ignore[no-any-return]


def a_contact(**values: Any) -> Contact:
    return baker.make(Contact, **{"name": "张工", **values})  # type: ignore[no-any-return]


def a_ticket(**values: Any) -> Ticket:
    """A ticket of Monday morning."""
    standard = {"number": _next("GD-"), "subject": "打印机卡纸", "created_at": MONDAY, "status": "处理中"}
    return baker.make(Ticket, **{**standard, **values})  # type: ignore[no-any-return]


def an_event(ticket: Ticket, seq: int, minutes: float, activity: str, **values: Any) -> TicketEvent:
    """A step of a ticket, some minutes after its creation."""
    at = ticket.created_at + timedelta(minutes=minutes)
    return TicketEvent.objects.create(ticket=ticket, seq=seq, at=at, activity=activity, **values)


def an_interaction(**values: Any) -> Interaction:
    """A call of Monday morning."""
    standard = {"number": _next("TH-"), "started_at": MONDAY, "channel": "电话", "direction": "呼入"}
    return baker.make(Interaction, **{**standard, **values})  # type: ignore[no-any-return]


def a_message(interaction: Interaction, seq: int, seconds: float, author: str, text: str) -> Message:
    """A sentence, some seconds after the start."""
    at = interaction.started_at + timedelta(seconds=seconds)
    return Message.objects.create(interaction=interaction, seq=seq, at=at, author=author, text=text)


def an_annotation(**values: Any) -> Annotation:
    return baker.make(Annotation, **values)  # type: ignore[no-any-return]


def a_survey_response(**values: Any) -> SurveyResponse:
    standard = {"number": _next("DJ-"), "answered_at": MONDAY + timedelta(days=1), "csat": 4}
    return baker.make(SurveyResponse, **{**standard, **values})  # type: ignore[no-any-return]


def a_complaint(**values: Any) -> Complaint:
    standard = {"number": _next("TS-"), "received_at": MONDAY + timedelta(hours=5), "text": "等了两天没有人来"}
    return baker.make(Complaint, **{**standard, **values})  # type: ignore[no-any-return]


def a_review(**values: Any) -> Review:
    standard = {"number": _next("PJ-"), "at": MONDAY + timedelta(days=2), "platform": "某商城", "rating": 2.0}
    return baker.make(Review, **{**standard, **values})  # type: ignore[no-any-return]


def a_praise(**values: Any) -> Praise:
    standard = {"number": _next("BY-"), "received_at": MONDAY + timedelta(days=1), "text": "师傅很耐心"}
    return baker.make(Praise, **{**standard, **values})  # type: ignore[no-any-return]
