"""Forms of feedback."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from qualityloop.customers.models import Customer
from qualityloop.customers.queries import customers_for
from qualityloop.feedback.models import Praise
from qualityloop.operations.models import Ticket
from qualityloop.operations.queries import tickets_for
from qualityloop.people.models import Department, Staff


class PraiseForm(forms.ModelForm):  # type: ignore[type-arg]
    """A customer's thanks; ticket and customer by number."""

    ticket_number = forms.CharField(label=_("Ticket number"), required=False, max_length=200)
    customer_number = forms.CharField(label=_("Customer number"), required=False, max_length=200)

    class Meta:
        model = Praise
        fields = ("text", "agent", "team", "channel")
        widgets: ClassVar[dict[str, Any]] = {"text": forms.Textarea(attrs={"rows": 4, "wide": "1"})}

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["text"].required = True
        self.fields["team"].queryset = Department.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["agent"].queryset = Staff.objects.filter(left_on=None)  # type: ignore[attr-defined]

    def clean_ticket_number(self) -> Ticket | None:
        """The ticket that is meant."""
        number = self.cleaned_data["ticket_number"].strip()
        found = tickets_for(self.user).filter(number=number).first() if number else None
        if number and found is None:
            raise forms.ValidationError(_("There is no ticket with this number."))
        return found

    def clean_customer_number(self) -> Customer | None:
        """The customer who is meant."""
        number = self.cleaned_data["customer_number"].strip()
        found = customers_for(self.user).filter(number=number).first() if number else None
        if number and found is None:
            raise forms.ValidationError(_("There is no customer with this number."))
        return found

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes; a ticket tells the rest."""
        ticket: Ticket | None = self.cleaned_data["ticket_number"]
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        customer = self.cleaned_data["customer_number"] or (ticket.customer if ticket else None)
        if ticket is not None:
            values = {**values, "agent": values["agent"] or ticket.agent, "team": values["team"] or ticket.team}
        return values | {"ticket": ticket, "customer": customer}
