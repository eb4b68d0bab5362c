"""Forms of themes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.diagnosis.themes.models import Dataset, Theme, ThemeState


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class RunForm(forms.Form):
    """Which texts are grouped."""

    dataset = forms.ChoiceField(label=_("Texts of"), choices=Dataset.choices)
    first = day_field(_("From"))
    last = day_field(_("Until"))
    k = forms.IntegerField(
        label=_("Number of groups"), required=False, min_value=2, max_value=100,
        help_text=_("Empty: the texts decide (smallest number that separates as well as the best)"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = timezone.localdate()
        kwargs["initial"] = {"first": today - timedelta(days=90), "last": today, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class RenameForm(forms.Form):
    """Another name."""

    name = forms.CharField(label=_("Name"), max_length=100)


class MergeForm(forms.Form):
    """Into which theme."""

    into = forms.ModelChoiceField(queryset=Theme.objects.none(), label=_("Merge into"))

    def __init__(self, *args: Any, theme: Theme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Theme.objects.filter(run=theme.run_id).exclude(pk=theme.pk).exclude(state=ThemeState.MERGED)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]


class SplitForm(forms.Form):
    """Into how many parts."""

    parts = forms.IntegerField(label=_("Number of parts"), min_value=2, max_value=5, initial=2)
