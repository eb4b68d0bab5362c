"""Forms of early warning."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.warning.finding import Rule
from qualityloop.diagnosis.warnings.models import RuleSetting
from qualityloop.diagnosis.warnings.permissions import WORK
from qualityloop.foundation.models import User


class HandForm(forms.Form):
    """To whom, and why."""

    to = forms.ModelChoiceField(queryset=User.objects.none(), label=_("New owner"))
    reason = forms.CharField(label=_("Reason"), required=False, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, role__in=WORK.roles).order_by("name", "username")
        self.fields["to"].queryset = people  # type: ignore[attr-defined]


def _words(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "wide": "1"}))


class EndForm(forms.Form):
    """How a warning ends."""

    cause = _words(_("Cause"))
    action = _words(_("Corrective action"))
    lesson = _words(_("Lesson"))


class RuleForm(forms.Form):
    """A rule's switch and numbers, made of its declaration."""

    active = forms.BooleanField(label=_("The rule is on"), required=False)

    def __init__(self, *args: Any, rule: Rule, setting: RuleSetting | None, **kwargs: Any) -> None:
        values = rule.settings(setting.settings if setting else None)
        initial = {"active": setting.active if setting else True, **values}
        super().__init__(*args, **{"initial": initial, **kwargs})
        language = get_language() or "zh"
        for p in rule.parameters:
            label = p.name.in_language(language)
            if (p.least, p.most) == (0, 1) and p.default in (0, 1):
                self.fields[p.key] = forms.BooleanField(label=label, required=False)
            else:
                self.fields[p.key] = forms.FloatField(
                    label=label, min_value=p.least, max_value=p.most, help_text=f"{p.least:g} – {p.most:g}"
                )

    @property
    def numbers(self) -> dict[str, float]:
        """The parameters' values."""
        return {key: float(value) for key, value in self.cleaned_data.items() if key != "active"}
