"""The list 问题与改进."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.listing import Button, Choice, Column, Days, Listing, Related, Words
from qualityloop.improvement.problems import permissions, queries
from qualityloop.improvement.problems.models import Problem
from qualityloop.improvement.problems.presentation import GRADE_TONES

PROBLEMS = Listing(
    key="improvement.problems",
    of=Problem,
    api="improvements",
    title=_("Problems and improvements"),
    note=_("What is to be improved, how grave it is, and where it stands"),
    right=permissions.PROBLEMS,
    query=queries.problems_for,
    order="-created_at",
    columns=(
        Column("number", link=True),
        Column("title"),
        Column("grade", tone=GRADE_TONES),
        Column("state"),
        Column("department", path="department__name"),
        Column("owner", path="owner__name"),
        Column("source_kind"),
        Column("created_at"),
        Column("due_at"),
        Column("verdict"),
        Column("indicator", shown=False),
        Column("period", shown=False),
        Column("value", shown=False),
        Column("target", shown=False),
        Column("what", shown=False),
        Column("changed_at", shown=False),
        Column("closed_at", shown=False),
    ),
    filters=(
        Words("number", "title", "what"),
        Choice("grade"),
        Choice("state"),
        Related("department"),
        Related("owner"),
        Choice("source_kind"),
        Choice("verdict"),
        Days("opened", path="created_at", label=_("opened")),
        Days("due", path="due_at", label=_("due")),
    ),
    buttons=(Button(_("Add a problem"), "improvement_problems:new", permissions.PROBLEM_OPEN),),
    empty=_("No problems yet. Turn one of the top problems of the overview into an improvement, or add one by hand."),
    record=lambda problem: reverse("improvement_problems:problem", args=[problem.pk]),
)
