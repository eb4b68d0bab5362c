"""The lists 效果评估 and 标准化提案."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.listing import Choice, Column, Days, Listing, Words
from qualityloop.improvement.effects import permissions, queries
from qualityloop.improvement.effects.models import Evaluation, Proposal
from qualityloop.improvement.effects.presentation import PROPOSAL_TONES, VERDICT_TONES, change_words

EVALUATIONS = Listing(
    key="improvement.evaluations",
    of=Evaluation,
    api="effects",
    title=_("Effects"),
    note=_("What became of what plans predicted: verdict, change and interval"),
    right=permissions.EFFECTS,
    query=queries.evaluations_for,
    order="-at",
    columns=(
        Column("measure", path="measure__title", label=_("measure"), link=True),
        Column("problem", path="problem__number", label=_("problem")),
        Column("verdict", tone=VERDICT_TONES),
        Column("value", words=lambda one: change_words(one, one.value)),
        Column("low", words=lambda one: change_words(one, one.low)),
        Column("high", words=lambda one: change_words(one, one.high)),
        Column("expected", words=lambda one: change_words(one, one.expected)),
        Column("final"),
        Column("told_on"),
        Column("at"),
        Column("indicator", shown=False),
        Column("method", shown=False),
        Column("snapshot", shown=False),
        Column("until", shown=False),
        Column("plan_hash", shown=False),
    ),
    filters=(
        Words("measure__title", "problem__number", "problem__title"),
        Choice("verdict"),
        Days("evaluated", path="at", label=_("evaluated")),
    ),
    empty=_("No effects yet. They are evaluated when the day has come that a plan has set."),
    record=lambda one: reverse("improvement_effects:evaluation", args=[one.pk]),
)
PROPOSALS = Listing(
    key="improvement.proposals",
    of=Proposal,
    api="standard-proposals",
    title=_("Proposals for standards"),
    note=_("What worked, on its way into the standards"),
    right=permissions.EFFECTS,
    query=queries.proposals_for,
    order="-created_at",
    columns=(
        Column("title", link=True),
        Column("kind"),
        Column("state", tone=PROPOSAL_TONES),
        Column("problem", path="problem__number", label=_("problem")),
        Column("owner", path="owner__name", label=_("owner")),
        Column("created_at"),
        Column("done_at"),
        Column("text", shown=False),
        Column("reason", shown=False),
        Column("changed_at", shown=False),
    ),
    filters=(
        Words("title", "text", "problem__number"),
        Choice("kind"),
        Choice("state"),
        Days("written", path="created_at", label=_("written")),
    ),
    empty=_("No proposals yet. Propose them on the page of a problem whose improvement has been proven to work."),
    record=lambda one: reverse("improvement_effects:proposal", args=[one.pk]),
)
