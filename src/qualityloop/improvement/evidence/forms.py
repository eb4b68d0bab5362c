"""The form for a piece of evidence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.indicators.evaluate import lake_days
from qualityloop.diagnosis.choices import GRAINS
from qualityloop.diagnosis.presentation import grain_word
from qualityloop.foundation.lake import current_lake
from qualityloop.improvement.evidence.measuring import Wanted, indicator_choices, segment_choices
from qualityloop.improvement.evidence.models import Kind
from qualityloop.improvement.evidence.records import kind_choices


class EvidenceForm(forms.Form):
    """A remark, a page with a number or rows, a record, or a file."""

    kind = forms.ChoiceField(label=_("What kind of evidence"), choices=Kind.choices, initial=Kind.REMARK)
    title = forms.CharField(label=_("In short"), required=False, max_length=200)
    note = forms.CharField(
        label=_("What it shows, and how we know"), required=False, max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "wide": "1"}),
    )  # fmt: skip
    url = forms.CharField(
        label=_("Page of the number or the rows"), required=False, max_length=1000,
        help_text=_("Copy the address of the indicator, of its rows or of a list, from / on."),
    )  # fmt: skip
    record = forms.ChoiceField(label=_("Kind of record"), required=False)
    record_number = forms.CharField(label=_("Number of the record"), required=False, max_length=200)
    seconds = forms.FloatField(label=_("Moment of the recording (s)"), required=False, min_value=0, max_value=864_000)
    file = forms.FileField(label=_("File"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["record"].choices = [("", "—"), *kind_choices()]  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        """The path of an address, whichever host it was copied with."""
        from urllib.parse import urlsplit

        parts = urlsplit(self.cleaned_data["url"].strip())
        return (parts.path + (f"?{parts.query}" if parts.query else "")) if parts.path else ""


class NumberForm(forms.Form):
    """A number of the data: indicator, period, segment."""

    indicator = forms.ChoiceField(label=_("Indicator"))
    grain = forms.ChoiceField(label=_("Length of period"), initial="month")
    day = forms.DateField(
        label=_("Any day of the period"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    column = forms.ChoiceField(label=_("Segment by"), required=False)
    segment = forms.CharField(
        label=_("Segment"), required=False, max_length=200,
        help_text=_("The value as it stands in the records, such as the name of a team. Empty: not filled in"),
    )  # fmt: skip
    note = forms.CharField(
        label=_("What it shows"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2, "wide": "1"})
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = "en" if get_language() == "en" else "zh"
        grains = [(grain, grain_word(grain, language)) for grain in GRAINS]
        segments = [("", "—"), *segment_choices(user)]
        for name, choices in (("indicator", indicator_choices()), ("grain", grains), ("column", segments)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
        days = lake_days(lake) if (lake := current_lake()) is not None else None
        if days is not None:
            self.fields["day"].initial = days[1]

    def wanted(self) -> Wanted:
        """What was chosen."""
        said = self.cleaned_data
        text = f"{said['column']}:{said['segment']}" if said["segment"] else said["column"]
        standard, _slash, indicator = said["indicator"].partition("/")
        return Wanted(indicator, said["grain"], said["day"], (text,) if said["column"] else (), standard)
