"""Impossible times."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.cleaning import TimesRule
from qualityloop.collection.cleaning.rules.contract import RuleForm

KEY = "times"
HELP = _(
    "A response, solution or end before the creation, any time in the future, a creation before the organisation"
    " existed. Clocks that differ by less than the tolerance are let pass."
)


class Form(RuleForm):
    """Since when there is something to serve, and how much clocks may differ."""

    SHIPPED: ClassVar[dict[str, Any]] = {"founded": None, "tolerance_minutes": 60.0}

    founded = forms.DateField(
        label=_("The organisation exists since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Left empty: any day is possible."),
    )
    tolerance_minutes = forms.FloatField(label=_("Tolerance in minutes"), min_value=0, max_value=1440)

    def options(self) -> dict[str, Any]:
        """Days as text."""
        found = super().options()
        return found | {"founded": found["founded"].isoformat() if found["founded"] else None}


def build(options: dict[str, Any], now: datetime) -> TimesRule:
    """The rule of the core; the day begins where the organisation is."""
    founded = options["founded"]
    since = timezone.make_aware(datetime.combine(date.fromisoformat(founded), time.min)) if founded else None
    return TimesRule(now=now, founded=since, tolerance_minutes=float(options["tolerance_minutes"]))
