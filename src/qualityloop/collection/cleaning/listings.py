"""The list 搁置记录."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qualityloop.collection.cleaning.models import Finding, FindingState
from qualityloop.collection.cleaning.permissions import CLEANING, CLEANING_RULES
from qualityloop.collection.cleaning.queries import findings_for, of_batch
from qualityloop.collection.cleaning.words import dataset_name
from qualityloop.foundation.listing import Button, Choice, Column, Days, Listing, Words
from qualityloop.foundation.listing.filters import Asked, Filter, Given, Input

TONES: dict[Any, Any] = {FindingState.ASIDE.value: "warning", FindingState.TAKEN_BACK.value: "met"}


class OfImport(Filter):
    """Findings whose records one import brought in, by the number of its batch."""

    name, path, label = "batch", "record_id", _("Import (batch)")

    def read(self, given: Given) -> tuple[Any, list[str]]:
        """A whole number; anything else is left out and said."""
        text = str(given.get(self.name) or "").strip()
        if not text:
            return None, []
        if text.isascii() and text.isdigit() and len(text) <= 18:
            return int(text), []
        return None, [gettext("“{text}” is no number of an import; all rows are shown.").format(text=text[:40])]

    def apply(self, rows: models.QuerySet[Any], value: Any) -> models.QuerySet[Any]:
        """Records of that import."""
        return of_batch(rows, value)

    def pairs(self, value: Any) -> list[tuple[str, str]]:
        """The number."""
        return [(self.name, str(value))]

    def inputs(self, asked: Asked, value: Any) -> list[Input]:
        """A field for the number."""
        return [Input(self.name, self.heading(asked.listing.model), str(value or ""), "number")]

    def accepts(self, model: type[models.Model]) -> dict[str, tuple[Any, str]]:
        """A whole number."""
        return {self.name: (int, gettext("number of the batch that an import brought in"))}

    def from_api(self, given: Mapping[str, Any]) -> Any:
        """The number, where it can be one."""
        number = given.get(self.name)
        return number if isinstance(number, int) and 0 < number < 2**63 else None


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
    filters=(
        Words("number", "other_number"),
        Choice("rule"),
        Choice("state"),
        Choice("dataset"),
        Days("at"),
        OfImport(),
    ),
    buttons=(Button(_("Rules of data cleaning"), "cleaning:rules", CLEANING_RULES, "adjustments"),),
    empty=_("Nothing is set aside. The rules look at every record after each import."),
    record=lambda one: reverse("cleaning:finding", args=[one.pk]),
)
