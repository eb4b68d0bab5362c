"""Near duplicates: the same customer, a similar text, within days."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.cleaning import NearRule
from qualityloop.collection.cleaning.rules.contract import RuleForm, characters, days

KEY = "near"
HELP = _(
    "The same customer, nearly the same text with the same numbers in it, within days. How alike two texts are is the"
    " share of pairs of characters that both have. The earlier record goes on counting."
)


class Form(RuleForm):
    """Days, likeness, shortest text."""

    SHIPPED: ClassVar[dict[str, Any]] = {"days": 3.0, "similarity": 0.85, "least": 10}

    days = days(_("Days between the two at most"))
    similarity = forms.FloatField(
        label=_("Likeness at least (0.5–1)"),
        min_value=0.5,
        max_value=1,
        help_text=_("0.85 was measured on real questions; lower values catch texts that mean other things."),
    )
    least = characters(_("Characters of the text at least"))


def build(options: dict[str, Any], now: datetime) -> NearRule:
    """The rule of the core."""
    return NearRule(days=float(options["days"]), similarity=float(options["similarity"]), least=int(options["least"]))
