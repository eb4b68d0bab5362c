"""Forms of quality plans."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from qualityloop.improvement.evidence.indicators import indicator_names
from qualityloop.improvement.risks.models import Item, LaunchPlan, Risk
from qualityloop.people.models import Department, Staff

WIDE = {"rows": 3, "wide": "1"}


def indicator_choices() -> list[tuple[str, str]]:
    """The indicators of the standards in force, by their names."""
    return [("", "—"), *sorted(indicator_names().items(), key=lambda pair: pair[1])]


def _people(fields: dict[str, Any]) -> None:
    if "owner" in fields:
        fields["owner"].queryset = Staff.objects.filter(left_on__isnull=True).order_by("name")
    if "department" in fields:
        fields["department"].queryset = Department.objects.filter(is_active=True)


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    """The head of a quality plan."""

    class Meta:
        model = LaunchPlan
        fields = ("name", "launch_on", "owner", "department", "what")
        widgets: ClassVar[dict[str, Any]] = {
            "launch_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "what": forms.Textarea(attrs=WIDE),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _people(self.fields)


class _WithIndicator(forms.ModelForm):  # type: ignore[type-arg]
    indicator = forms.ChoiceField(label=_("Indicator"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        choices = indicator_choices()
        kept = self.instance.indicator
        if kept and kept not in dict(choices):
            choices.append((kept, kept))
        fields["indicator"].choices = choices
        _people(fields)


class GoalForm(_WithIndicator):
    """A goal."""

    class Meta:
        model = Item
        fields = ("text", "indicator", "side", "target")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].help_text = _("A share as 0.9, not 90.")


class ReadyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Something that must be ready."""

    class Meta:
        model = Item
        fields = ("text",)


class RiskForm(_WithIndicator):
    """A risk."""

    group_typed = forms.CharField(
        label=_("Group"), required=False, max_length=500, help_text=_("Such as team=夜班; left empty, the whole.")
    )

    class Meta:
        model = Risk
        fields = ("title", "severity", "likelihood", "detection", "cause", "consequence", "precaution", "owner",
                  "due_on", "severity_after", "likelihood_after", "detection_after", "indicator", "group_typed", "side",
                  "threshold")  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            **{name: forms.Textarea(attrs=WIDE) for name in ("cause", "consequence", "precaution")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["threshold"].help_text = _("A share as 0.9, not 90.")
        self.fields["indicator"].label = _("Trigger indicator")
        self.fields["severity"].help_text = _("10: people are hurt or the law is broken; 1: nobody notices.")
        self.fields["likelihood"].help_text = _("10: almost always; 1: practically never.")
        self.fields["detection"].help_text = _("10: nobody would see it before the customer; 1: it stops by itself.")
        if self.instance.pk:
            pairs = self.instance.group
            self.initial["group_typed"] = "; ".join(f"{column}={value}" for column, value in pairs)

    def clean_group_typed(self) -> list[list[str]]:
        """Pairs of column and value."""
        pairs = []
        for part in self.cleaned_data["group_typed"].replace("；", ";").split(";"):
            if not part.strip():
                continue
            column, sign, value = part.partition("=")
            if not sign or not column.strip() or not value.strip():
                raise forms.ValidationError(_("Write column=value, several with ; between them."))
            pairs.append([column.strip(), value.strip()])
        return pairs


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs=WIDE))
