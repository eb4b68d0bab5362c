"""The list 导入记录."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, pgettext
from django.utils.translation import gettext_lazy as _

from qualityloop.collection.models import ImportRun
from qualityloop.collection.permissions import IMPORT
from qualityloop.collection.queries import runs_for
from qualityloop.foundation.listing import Button, Choice, Column, Days, Listing, Related, Words
from qualityloop.foundation.listing.columns import Tone

TONES: dict[str, Tone] = {
    "uploaded": "insufficient", "mapped": "insufficient", "checking": "insufficient", "checked": "insufficient",
    "running": "insufficient", "done": "met", "failed": "missed", "undoing": "warning", "undone": "warning",
}  # fmt: skip


def counts_words(counts: Any) -> str:
    """New 12 · changed 3 · unchanged 40 · rejected 2; a dash where nothing was imported yet."""
    if not counts:
        return "–"
    words = {
        "created": pgettext("rows", "New"), "updated": pgettext("rows", "Changed"),
        "unchanged": pgettext("rows", "Unchanged"), "rejected": pgettext("rows", "Rejected"),
    }  # fmt: skip
    totals = {kind: sum(int(of.get(kind, 0)) for of in counts.values()) for kind in words}
    return " · ".join(f"{words[kind]} {n}" for kind, n in totals.items() if n) or gettext("no rows")


IMPORTS = Listing(
    key="collection.imports",
    of=ImportRun,
    title=_("Imports"),
    note=_("What was handed in by whom, from where, and what became of its rows"),
    right=IMPORT,
    query=runs_for,
    order="-created_at",
    columns=(
        Column("label", link=True, sort=False),
        Column("state", tone=TONES),
        Column("counts", text=counts_words, sort=False, type=dict[str, dict[str, int]]),
        Column("source", sort=False),
        Column("actor", path="actor__name", label=gettext_lazy("who"), sort=False),
        Column("created_at", sort=True),
        Column("started_at", sort=False, shown=False),
        Column("ended_at", sort=False, shown=False),
        Column("mapping_name", path="saved_mapping__name", label=gettext_lazy("saved mapping"), sort=False,
               shown=False),
    ),
    filters=(Words("label", "source"), Choice("state"), Choice("source"), Related("actor"),
             Days("handed_in", path="created_at", label=_("handed in"))),
    buttons=(Button(_("Import"), "collection:imports", IMPORT, "upload"),),
    empty=_("Nothing has been imported yet. Drop an export of your ticket system on the page “Import”."),
    record=lambda one: reverse("collection:run", args=[one.pk]),
    api="imports",
)  # fmt: skip
