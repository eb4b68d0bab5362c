"""The list 搁置记录."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.collection.cleaning.models import Finding, FindingState
from qualityloop.collection.cleaning.permissions import CLEANING, CLEANING_RULES
from qualityloop.collection.cleaning.queries import findings_for
from qualityloop.collection.cleaning.words import dataset_name
from qualityloop.foundation.listing import Button, Choice, Column, Days, Listing, Words

TONES: dict[Any, Any] = {FindingState.ASIDE.value: "warning", FindingState.TAKEN_BACK.value: "met"}

FINDINGS = Listing(
    key="cleaning.set_aside",
    of=Finding,
    title=_("Records set aside"),
    note=_("Duplicates, tests and impossible times: kept where they are, and counted nowhere until taken back"),
    right=CLEANING,
    query=findings_for,
    order="-at",
    columns=(
        Column("number", label=_("record"), link=True, sort=False),
        Column("dataset", text=lambda value: dataset_name(str(value))),
        Column("rule"),
        Column("other_number"),
        Column("state", tone=TONES),
        Column("at"),
        Column("actor", path="actor__display_name"),
        Column("reason"),
    ),
    filters=(Words("number", "other_number"), Choice("rule"), Choice("state"), Choice("dataset"), Days("at")),
    buttons=(Button(_("Rules of data cleaning"), "cleaning:rules", CLEANING_RULES, "adjustments"),),
    empty=_("Nothing is set aside. The rules look at every record after each import."),
    record=lambda one: reverse("cleaning:finding", args=[one.pk]),
)
