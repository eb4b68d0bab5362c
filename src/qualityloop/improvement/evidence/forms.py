"""The form for a piece of evidence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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
