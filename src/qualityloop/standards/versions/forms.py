"""What people fill in to move a version on."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class NoteForm(forms.Form):
    """A remark that may stay empty."""

    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea({"rows": 2, "class": "form-control"})
    )


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea({"rows": 2, "class": "form-control"})
    )


class ReleaseForm(forms.Form):
    """From which day on a version is in force; empty or today: from now on."""

    valid_on = forms.DateField(
        label=_("In force from"),
        required=False,
        help_text=_("Empty: at once. A later day: by itself at its first minute."),
        widget=forms.DateInput({"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )

    @property
    def valid_from(self) -> datetime | None:
        """The instant at which it takes effect, None for now."""
        day = self.cleaned_data.get("valid_on")
        if day is None or day == timezone.localdate():
            return None
        return timezone.make_aware(datetime.combine(day, time.min))


class ReviewDateForm(forms.Form):
    """When the document is to be looked through again."""

    day = forms.DateField(
        label=_("Next review"),
        required=False,
        widget=forms.DateInput({"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )


def forms_for(bound: tuple[str, forms.Form] | None, initial: dict[str, Any] | None = None) -> dict[str, forms.Form]:
    """All forms of a version's page; the one that was sent keeps what was typed and what is wrong with it."""
    made: dict[str, forms.Form] = {
        "review": NoteForm(auto_id="review-%s"),
        "reopen": ReasonForm(auto_id="reopen-%s"),
        "release": ReleaseForm(auto_id="release-%s", initial=initial),
        "withdraw": ReasonForm(auto_id="withdraw-%s"),
    }
    if bound:
        made[bound[0]] = bound[1]
    return made
