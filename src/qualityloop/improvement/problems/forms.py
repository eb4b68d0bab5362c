"""Forms of problems."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from qualityloop.improvement.problems.models import Problem, Verdict
from qualityloop.people.models import Department, Staff


class ProblemForm(forms.ModelForm):  # type: ignore[type-arg]
    """A problem by hand."""

    grade_reason = forms.CharField(label=_("Why this grade"), max_length=500)

    class Meta:
        model = Problem
        fields = ("title", "what", "grade", "grade_reason", "department", "owner", "members", "due_at")
        widgets: ClassVar[dict[str, Any]] = {
            "what": forms.Textarea(attrs={"rows": 5, "wide": "1"}),
            "due_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = Staff.objects.filter(left_on__isnull=True).order_by("name")
        for name in ("owner", "members"):
            self.fields[name].queryset = staff  # type: ignore[attr-defined]
        self.fields["department"].queryset = Department.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["due_at"].help_text = _("Left empty, it follows from the grade.")


class ClosingForm(forms.Form):
    """How a problem ended, signed by whoever closes it."""

    verdict = forms.ChoiceField(label=_("Verdict"), choices=Verdict.choices)
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "wide": "1"}),
        help_text=_("Needed unless the effect has been proven; it is signed with your name and the time."),
    )  # fmt: skip
    what_next = forms.CharField(
        label=_("What happens next"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "wide": "1"}), help_text=_("Needed unless the effect has been proven."),
    )  # fmt: skip
    signature = forms.CharField(
        label=_("Signature"), required=False, max_length=200,
        help_text=_("Type your name as your account has it. Needed unless the effect has been proven."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class ReopeningForm(forms.Form):
    """Why a closed problem is opened again."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "wide": "1"}))
