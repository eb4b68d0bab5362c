"""The list 预警."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.diagnosis.warnings.models import EarlyWarning
from qualityloop.diagnosis.warnings.permissions import RULES, WARNINGS
from qualityloop.diagnosis.warnings.queries import warnings_for
from qualityloop.diagnosis.warnings.wording import rule_words
from qualityloop.foundation.listing import Button, Choice, Column, Days, Listing, Related, Words
from qualityloop.foundation.listing.columns import Tone
from qualityloop.foundation.wording import shown

TONES: dict[str, Tone] = {"urgent": "missed", "important": "warning", "ordinary": "insufficient"}
STATES: dict[str, Tone] = {"open": "missed", "taken": "warning", "ended": "met"}

EARLY_WARNINGS = Listing(
    key="diagnosis_warnings.warnings",
    of=EarlyWarning,
    title=_("Early warnings"),
    note=_("What signals, how sure it is, who takes care of it within 48 hours, and what came of it"),
    right=WARNINGS,
    query=warnings_for,
    order="-opened_at",
    columns=(
        Column("number", link=True),
        Column("severity", tone=TONES, sort="rank"),
        Column("name", path="name_kept", text=lambda value: shown(str(value)), sort=False),
        Column("group", path="group_key", text=lambda value: shown(str(value)), sort=False, shown=False),
        Column("said", path="said_kept", text=lambda value: shown(str(value)), sort=False),
        Column("rule", text=lambda value: rule_words(str(value)), sort=False),
        Column("state", tone=STATES, sort=False),
        Column("owner", path="owner__name", label=_("person in charge"), sort=False),
        Column("opened_at", sort=True),
        Column("due_at", sort=True),
        Column("until", sort=False, shown=False),
    ),
    filters=(
        Words("number"), Choice("state"), Choice("severity"), Choice("rule"),
        Related("owner", label=_("person in charge")), Related("department"),
        Days("opened", path="opened_at", label=_("opened")),
    ),
    buttons=(Button(_("Rules of early warning"), "diagnosis_warnings:rules", RULES, "settings"),),
    empty=_("Nothing signals. The rules look after each refresh of the numbers."),
    record=lambda one: one.get_absolute_url(),
    api="warnings",
)  # fmt: skip
