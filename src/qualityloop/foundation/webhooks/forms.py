"""The form of a subscription."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation import outward
from qualityloop.foundation.webhooks.events import EVENTS, PING
from qualityloop.foundation.webhooks.models import Subscription


class SubscriptionForm(forms.Form):
    """Who is called, where, and about what."""

    name = forms.CharField(label=_("Name"), max_length=100)
    url = forms.CharField(label=_("Address"), max_length=500)
    events = forms.MultipleChoiceField(label=_("Events"), required=False)
    active = forms.BooleanField(label=_("Active"), required=False)

    def __init__(self, subscription: Subscription, data: Any = None) -> None:
        initial = {
            "name": subscription.name, "url": subscription.url, "events": subscription.events,
            "active": subscription.active,
        }  # fmt: skip
        super().__init__(data, initial=initial)
        choices = sorted(((e.key, str(e.label)) for e in EVENTS.values() if e is not PING), key=lambda pair: pair[1])
        self.fields["events"].choices = choices  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        """An address that may be called, as far as one can tell before it is resolved."""
        url = str(self.cleaned_data["url"])
        try:
            outward.checked(url)
        except AnalysisError as error:
            language = translation.get_language() or settings.LANGUAGE_CODE
            raise forms.ValidationError(error.in_language(language)) from error
        return url
