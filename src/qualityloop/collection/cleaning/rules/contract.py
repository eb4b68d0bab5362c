"""What the forms of all rules have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _


class WordsField(forms.CharField):
    """Words, one on each line or between commas; kept as a list."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 4, "wide": True}), **{"max_length": 4000, **more})

    def prepare_value(self, value: Any) -> Any:
        """As it is written."""
        return ", ".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        """The words, each once."""
        text = super().clean(value)
        for mark in "\n\r，、;；":
            text = text.replace(mark, ",")
        return list(dict.fromkeys(word for part in text.split(",") if (word := part.strip())))


class RuleForm(forms.Form):
    """Whether a rule is in use, and its settings; `SHIPPED` are those of the delivery."""

    SHIPPED: ClassVar[dict[str, Any]] = {}

    active = forms.BooleanField(label=_("In use"), required=False)

    @classmethod
    def shipped(cls) -> dict[str, Any]:
        """The settings of the delivery."""
        return dict(cls.SHIPPED)

    def options(self) -> dict[str, Any]:
        """What was entered, as it is kept."""
        return {name: value for name, value in self.cleaned_data.items() if name != "active"}


def days(label: Any) -> forms.FloatField:
    """A field for days between two records."""
    return forms.FloatField(label=label, min_value=0.01, max_value=366)


def characters(label: Any) -> forms.IntegerField:
    """A field for the shortest text."""
    return forms.IntegerField(label=label, min_value=1, max_value=1000)
