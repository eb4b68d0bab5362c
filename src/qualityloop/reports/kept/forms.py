"""What a report is asked for with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qualityloop.reports.kept.models import Grain, Language


class AskForm(forms.Form):
    """Standard, interval, period and language of a report."""

    grain = forms.ChoiceField(label=_("interval of time"), choices=Grain.choices, initial=Grain.MONTH)
    period = forms.DateField(
        label=_("period"), required=False, help_text=_("Any day of it; empty: the newest whole one"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip
    standard = forms.ChoiceField(label=_("standard"))
    language = forms.ChoiceField(label=_("language"), choices=Language.choices, initial=Language.ZH)

    def __init__(self, *args: Any, standards: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["standard"].choices = standards  # type: ignore[attr-defined]
