"""Forms of the archive of customers."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from qualityloop.customers.models import Contact, Customer, Tier


class CustomerForm(forms.ModelForm):  # type: ignore[type-arg]
    """An entry of the archive."""

    reason = forms.CharField(label=_("Reason for the change"), required=False, max_length=500)

    class Meta:
        model = Customer
        fields = ("name", "kind", "tier", "region", "phone", "email", "preferred_way", "address", "needs")
        widgets: ClassVar[dict[str, Any]] = {"needs": forms.Textarea(attrs={"rows": 4, "wide": "1"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            del self.fields["reason"]


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    """Somebody to talk to at a customer's."""

    class Meta:
        model = Contact
        fields = ("name", "post", "phone", "email", "is_primary")


class TierForm(forms.ModelForm):  # type: ignore[type-arg]
    """A customer tier."""

    class Meta:
        model = Tier
        fields = ("name", "rank", "note")
        widgets: ClassVar[dict[str, Any]] = {"note": forms.Textarea(attrs={"rows": 3, "wide": "1"})}
