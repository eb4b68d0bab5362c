"""The forms of a connection, and of a linked account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.chats.models import ChatApp, Vendor
from qualityloop.foundation.chats.platforms import PLATFORMS
from qualityloop.foundation.chats.platforms.base import Setup
from qualityloop.foundation.models import User

KEEP = "••••••••"  # shown for a secret that is kept; sent back unchanged it stays
SECRET = ("secret", "token", "api_secret")
COLUMNS = ("secret", "token", "corp", "api_secret", "api_url")


class AppForm(forms.Form):
    """What was agreed with a chat. Fields are those that this chat uses, under the names that it gives them."""

    name = forms.CharField(label=pgettext_lazy("chat", "Name"), max_length=100)
    active = forms.BooleanField(label=_("Active"), required=False)

    def __init__(self, app: ChatApp, data: Any = None) -> None:
        self.app, self.platform = app, PLATFORMS[app.platform]
        initial: dict[str, Any] = {"name": app.name or str(self.platform.label), "active": app.active}
        super().__init__(data, initial=initial)
        for needed, names in ((True, self.platform.needs), (False, self.platform.may)):
            for name, label in names.items():
                value = getattr(app, name)
                self.fields[name] = forms.CharField(
                    label=str(label), required=needed, max_length=200,
                    initial=KEEP if value and name in SECRET else value,
                )  # fmt: skip
        self.order_fields(["name", *COLUMNS, "active"])

    def clean(self) -> dict[str, Any]:
        """Secrets that are kept, and what the chat says of them."""
        cleaned = super().clean() or {}
        for name in SECRET:
            if cleaned.get(name) == KEEP:
                cleaned[name] = getattr(self.app, name)
        if not self.errors:
            try:
                self.platform.check(Setup(**{name: str(cleaned.get(name, "")) for name in COLUMNS}))
                if cleaned.get("api_url"):
                    self.platform.host(str(cleaned["api_url"]))
            except AnalysisError as error:
                self.add_error(None, error.in_language(translation.get_language() or settings.LANGUAGE_CODE))
        return cleaned


class NewForm(forms.Form):
    """Which chat."""

    platform = forms.ChoiceField(label=pgettext_lazy("work chat", "Chat"), choices=Vendor.choices)


class LinkForm(forms.Form):
    """Who it is there, and who here."""

    external = forms.CharField(label=_("User id in the chat"), max_length=128)
    user = forms.ModelChoiceField(label=_("Account"), queryset=User.objects.none())

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        people = User.objects.filter(is_active=True).order_by("username")
        self.fields["user"].queryset = people  # type: ignore[attr-defined]
