"""The form with which a document of a simple kind begins."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import Text


class BeginForm(forms.Form):
    """Key and name of a new document."""

    key = forms.CharField(label=_("Key"), max_length=64, help_text=_("Lower-case letters, digits, - and _."))
    name_zh = forms.CharField(label=_("Name (Chinese)"), max_length=200, required=False)
    name_en = forms.CharField(label=_("Name (English)"), max_length=200, required=False)
    reason = forms.CharField(label=_("Reason of the change"), max_length=2000, required=False)

    @property
    def name(self) -> Text:
        """The name that was given; the key where there was none."""
        zh, en = (self.cleaned_data[field].strip() for field in ("name_zh", "name_en"))
        key = self.cleaned_data["key"]
        return Text(zh, en) if zh or en else Text(key, key)
