"""The list 负面反馈: what was found negative, the newest first."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.feedback.negatives.models import Opinion
from qualityloop.feedback.negatives.permissions import JUDGE, NEGATIVES
from qualityloop.feedback.negatives.queries import found_for
from qualityloop.foundation.listing import Button, Choice, Column, Days, Listing, Words, YesNo
from qualityloop.foundation.listing.columns import Tone

BANDS: dict[str, Tone] = {"yes": "missed", "unsure": "warning", "no": "met"}

FOUND = Listing(
    key="feedback_negatives.found",
    of=Opinion,
    title=_("Negative feedback"),
    note=_("Reviews and comments that are or may be negative, looked through every morning; judge them right or wrong"),
    right=NEGATIVES,
    query=found_for,
    order="-at",
    columns=(
        Column("number", link=True, sort=False),
        Column("at"),
        Column("kind", sort=False),
        Column("excerpt", sort=False),
        Column("band", tone=BANDS),
        Column("score", sort=False, text=lambda value: "–" if value is None else f"{value:.2f}"),
        Column("stars", sort=False, text=lambda value: "–" if value is None else f"{value:g}"),
        Column("said", sort=False),
        Column("said_by", path="said_by__name", label=_("judged by a person"), sort=False, shown=False),
        Column("said_at", sort=False, shown=False),
    ),
    filters=(
        Words("number", "excerpt"),
        Days("written", path="at", label=_("written")),
        Choice("band"),
        Choice("kind"),
        YesNo("said"),
    ),
    buttons=(
        Button(_("Judge one after the other"), "feedback_negatives:judging", JUDGE, "checklist"),
        Button(_("How good is the threshold?"), "feedback_negatives:threshold", NEGATIVES, "gauge"),
    ),
    empty=_("Nothing negative was found. New reviews and comments are looked through every morning."),
    record=lambda opinion: opinion.get_absolute_url(),
    api="negative-feedback",
)
