"""Forms of tags and their rules."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection.subjects import SUBJECTS
from qualityloop.collection.tagging.models import Tag, TagRule
from qualityloop.collection.tagging.rules import checked
from qualityloop.collection.tagging.words import dataset_name


class TagForm(forms.ModelForm):  # type: ignore[type-arg]
    """A tag."""

    class Meta:
        model = Tag
        fields = ("name", "description", "active")


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A rule: which tag, for which records, on what condition."""

    dataset = forms.ChoiceField(label=_("kind of record"))

    class Meta:
        model = TagRule
        fields = ("tag", "dataset", "condition", "active")

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        choice = self.fields["dataset"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [(name, dataset_name(name)) for name in SUBJECTS]

    def clean(self) -> dict[str, Any]:
        """The condition must be one, for these records."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("condition") and cleaned.get("dataset"):
            try:
                checked(cleaned["condition"], cleaned["dataset"])
            except AnalysisError as error:
                self.add_error("condition", error.in_language(get_language() or "zh"))
        return cleaned
