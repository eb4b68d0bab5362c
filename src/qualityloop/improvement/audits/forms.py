"""Forms of audits."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qualityloop.improvement.audits.checklist import MADE, stage_choices
from qualityloop.improvement.audits.models import Round, Severity
from qualityloop.people.models import Department, Staff


class RoundForm(forms.ModelForm):  # type: ignore[type-arg]
    """A round to plan."""

    stages = forms.MultipleChoiceField(label=_("Stages of the process"), required=False)
    parts = forms.MultipleChoiceField(
        label=_("Checklist made from"), required=False, choices=[(part.value, part.label) for part in MADE]
    )
    drawn = forms.IntegerField(
        label=_("Points to draw at random"), required=False, min_value=1, max_value=10_000,
        help_text=_("Left empty, every point is checked. Otherwise the share is given with its interval."),
    )  # fmt: skip

    class Meta:
        model = Round
        fields = ("title", "cycle", "starts_on", "ends_on", "previous", "auditors", "departments", "stages", "parts",
                  "drawn")  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in ("starts_on", "ends_on")
        }

    def __init__(self, *args: Any, rounds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "zh"
        fields: dict[str, Any] = self.fields
        fields["stages"].choices = [(key, name.in_language(language)) for key, name in stage_choices()]
        fields["stages"].help_text = fields["departments"].help_text = _("None chosen: all.")
        fields["auditors"].queryset = Staff.objects.filter(left_on__isnull=True).order_by("name")
        fields["departments"].queryset = Department.objects.filter(is_active=True)
        fields["previous"].queryset = rounds
        fields["previous"].help_text = _("Its open findings come first in the checklist.")

    def clean_previous(self) -> Any:
        """Not a round that follows itself, nor one that another follows."""
        one = self.cleaned_data["previous"]
        if one is not None and Round.objects.filter(previous=one).exclude(pk=self.instance.pk or 0).exists():
            raise forms.ValidationError(_("Another round follows this one already."))
        return one


class PointForm(forms.Form):
    """A point of one's own, or one to be worded anew."""

    area = forms.CharField(label=_("Where"), required=False, max_length=200)
    text = forms.CharField(
        label=_("What is checked"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "wide": "1"})
    )


class FindingForm(forms.Form):
    """What was found."""

    severity = forms.ChoiceField(label=_("Grade of the finding"), choices=Severity.choices)
    department = forms.ModelChoiceField(queryset=Department.objects.none(), label=_("Department"), required=False)
    owner = forms.ModelChoiceField(queryset=Staff.objects.none(), label=_("Who mends it"), required=False)
    text = forms.CharField(
        label=_("What was found"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4, "wide": "1"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["department"].queryset = Department.objects.filter(is_active=True)
        fields["owner"].queryset = Staff.objects.filter(left_on__isnull=True).order_by("name")


class ReportForm(forms.Form):
    """The summary with which a round is reported."""

    summary = forms.CharField(
        label=_("Summary"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 8, "wide": "1"}),
        help_text=_("What is carried out well, what is not, and what the department should do first."),
    )  # fmt: skip


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "wide": "1"}))
