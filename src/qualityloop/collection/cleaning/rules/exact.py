"""Duplicates: the same customer, the same text, within days."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.cleaning import ExactRule
from qualityloop.collection.cleaning.rules.contract import RuleForm, characters, days

KEY = "exact"
HELP = _(
    "The same customer, the same text (width, case, punctuation and blanks do not count), under another key, within"
    " days. The earlier record goes on counting. Records without a customer are not compared."
)


class Form(RuleForm):
    """Days and shortest text."""

    SHIPPED: ClassVar[dict[str, Any]] = {"days": 3.0, "least": 6}

    days = days(_("Days between the two at most"))
    least = characters(_("Characters of the text at least"))


def build(options: dict[str, Any], now: datetime) -> ExactRule:
    """The rule of the core."""
    return ExactRule(days=float(options["days"]), least=int(options["least"]))
