"""Forms of tickets and interactions."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from qualityloop.customers.models import Customer
from qualityloop.customers.queries import customers_for
from qualityloop.operations.models import Annotation, Ticket
from qualityloop.operations.words import STATUSES, in_house
from qualityloop.people.models import Department, Staff

LONG = forms.Textarea(attrs={"rows": 4, "wide": "1"})


class TicketForm(forms.ModelForm):  # type: ignore[type-arg]
    """A ticket as it is registered and changed by hand; the customer by number or exact name."""

    customer_words = forms.CharField(
        label=_("Customer"),
        required=False,
        max_length=200,
        help_text=_("Number or full name of a customer in the archive"),
    )
    reason = forms.CharField(label=_("Reason for the change"), required=False, max_length=500)

    class Meta:
        model = Ticket
        fields = (
            "subject", "description", "channel", "kind", "category", "product", "urgency", "impact", "status", "team",
            "agent", "escalated",
        )  # fmt: skip
        widgets: ClassVar[dict[str, Any]] = {"description": LONG, "escalated": forms.CheckboxInput()}

    field_order = (
        "subject", "customer_words", "channel", "kind", "category", "product", "urgency", "impact", "status", "team",
        "agent", "escalated", "description", "reason",
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["subject"].required = True
        self.fields["subject"].widget.attrs["wide"] = "1"
        self.fields["escalated"].required = False
        team, agent = self.fields["team"], self.fields["agent"]
        team.queryset = Department.objects.filter(is_active=True)  # type: ignore[attr-defined]
        agent.queryset = Staff.objects.filter(left_on=None)  # type: ignore[attr-defined]
        words = [in_house(status) for status in STATUSES]
        if self.instance.status and self.instance.status not in words:
            words.insert(0, self.instance.status)
        choices = [(word, word) for word in words]
        self.fields["status"] = forms.ChoiceField(label=_("Status"), choices=choices, required=False)
        if self.instance.pk is None:
            del self.fields["reason"]
        elif self.instance.customer:
            self.initial.setdefault("customer_words", self.instance.customer.number)
        self.order_fields(self.field_order)

    def clean_customer_words(self) -> Customer | None:
        """The one customer that is meant."""
        words = self.cleaned_data["customer_words"].strip()
        if not words:
            return None
        rows = customers_for(self.user)
        found = list(rows.filter(number=words)[:1]) or list(rows.filter(name=words)[:2])
        if not found:
            raise forms.ValidationError(_("No customer in the archive has this number or name."))
        if len(found) > 1:
            raise forms.ValidationError(_("Several customers are called so; give the number."))
        return found[0]

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
        return values | {"customer": self.cleaned_data["customer_words"]}


class MarkForm(forms.Form):
    """A mark at a moment of an interaction."""

    kind = forms.ChoiceField(choices=Annotation.Kind.choices)
    offset_seconds = forms.FloatField(label=_("Seconds after the start"), min_value=-86_400, max_value=864_000)
    text = forms.CharField(label=_("Remark"), required=False, max_length=2000)


class RecordingForm(forms.Form):
    """A recording to put beside the transcript."""

    recording = forms.FileField(label=_("Recording (WAV, MP3 or Ogg)"))
