"""The lists 满意度答卷, 投诉台账, 评价, 表扬."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.feedback import permissions, queries
from qualityloop.feedback.models import Complaint, Praise, Review, SurveyResponse
from qualityloop.foundation.listing import Button, Choice, Column, Days, Listing, Related, Words, YesNo
from qualityloop.foundation.listing.columns import Tone
from qualityloop.operations.listings import IMPORT, staff, teams

CSAT_TONE: dict[int, Tone] = {1: "missed", 2: "missed", 3: "warning", 4: "met", 5: "met"}
ABOUT = (
    Column("customer", path="customer__name"),
    Column("team", path="team__name"),
    Column("agent", path="agent__name"),
)

SURVEY_RESPONSES = Listing(
    key="feedback.survey_responses",
    of=SurveyResponse,
    title=_("Survey responses"),
    note=_("What customers answered, as they answered it"),
    right=permissions.SURVEY_RESPONSES,
    query=queries.survey_responses_for,
    order="-answered_at",
    columns=(
        Column("number", link=True),
        Column("answered_at"),
        Column("csat", tone=CSAT_TONE),
        Column("nps"),
        Column("effort"),
        Column("solved"),
        *ABOUT,
        Column("channel"),
        Column("ticket", path="ticket__number"),
        Column("touchpoint", shown=False),
        Column("product", shown=False),
        Column("region", shown=False),
        Column("tier", shown=False),
        Column("comment"),
        Column("source", shown=False),
    ),
    filters=(
        Words("number", "comment"),
        Days("answered", path="answered_at", label=_("answered")),
        Choice("csat"),
        YesNo("solved"),
        Choice("channel"),
        Choice("touchpoint"),
        Related("team", options=teams),
        Related("agent", options=staff),
    ),
    buttons=(IMPORT,),
    empty=_("No survey responses yet. Import them from files under “Import”."),
    record=lambda one: reverse("feedback:survey_response", args=[one.pk]),
)

COMPLAINTS = Listing(
    key="feedback.complaints",
    of=Complaint,
    title=_("Complaint ledger"),
    note=_("Complaint, cause, handling: from the receipt to the close"),
    right=permissions.COMPLAINTS,
    query=queries.complaints_for,
    order="-received_at",
    columns=(
        Column("number", link=True),
        Column("received_at"),
        Column("category"),
        Column("severity"),
        Column("cause"),
        *ABOUT,
        Column("channel"),
        Column("status"),
        Column("closed_at"),
        Column("classified_at", shown=False),
        Column("answered_at", shown=False),
        Column("upheld", shown=False),
        Column("product", shown=False),
        Column("region", shown=False),
        Column("ticket", path="ticket__number", shown=False),
        Column("text", shown=False),
        Column("source", shown=False),
    ),
    filters=(
        Words("number", "text"),
        Days("received", path="received_at", label=_("received")),
        Choice("status"),
        Choice("category"),
        Choice("severity"),
        Choice("cause"),
        Choice("channel"),
        Related("team", options=teams),
        Related("agent", options=staff),
        YesNo("upheld"),
    ),
    buttons=(IMPORT,),
    empty=_("No complaints yet. Import them from files under “Import”."),
    record=lambda one: reverse("feedback:complaint", args=[one.pk]),
)

REVIEWS = Listing(
    key="feedback.reviews",
    of=Review,
    title=_("Reviews"),
    note=_("What customers write on other platforms"),
    right=permissions.REVIEWS,
    query=queries.reviews_for,
    order="-at",
    columns=(
        Column("number", link=True),
        Column("at"),
        Column("platform"),
        Column("rating", tone=lambda rating: "missed" if rating < 2.5 else "warning" if rating < 3.5 else "met"),
        Column("product"),
        Column("customer", path="customer__name"),
        Column("answered_at"),
        Column("text"),
        Column("source", shown=False),
    ),
    filters=(
        Words("number", "text"),
        Days("written", path="at", label=_("written")),
        Choice("platform"),
        Choice("product"),
    ),
    buttons=(IMPORT,),
    empty=_("No reviews yet. Import them from files under “Import”."),
    record=lambda one: reverse("feedback:review", args=[one.pk]),
)

PRAISE = Listing(
    key="feedback.praise",
    of=Praise,
    title=_("Praise"),
    note=_("Customers' thanks, for those whom they are meant for"),
    right=permissions.PRAISE,
    query=queries.praise_for,
    order="-received_at",
    columns=(
        Column("number", link=True),
        Column("received_at"),
        *ABOUT,
        Column("channel"),
        Column("ticket", path="ticket__number"),
        Column("text"),
    ),
    filters=(
        Words("number", "text"),
        Days("received", path="received_at", label=_("received")),
        Related("team", options=teams),
        Related("agent", options=staff),
    ),
    buttons=(Button(_("Register praise"), "feedback:praise_new", permissions.PRAISE_ADD),),
    empty=_("No praise yet. Register a customer's thanks as soon as they come in."),
    record=lambda one: reverse("feedback:one_praise", args=[one.pk]),
)
