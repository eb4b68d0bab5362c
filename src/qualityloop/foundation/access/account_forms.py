"""Forms about accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.models import User
from qualityloop.foundation.roles import Role


class AccountForm(forms.Form):
    """An account that exists."""

    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(
        label=_("E-mail"), required=False, help_text=_("Also matches the account of the organisation's own sign-in.")
    )
    role = forms.ChoiceField(label=_("Role"))
    is_active = forms.BooleanField(label=_("May sign in"), required=False)

    def __init__(self, *args: Any, account: User | None = None, **kwargs: Any) -> None:
        self.account = account
        if account is not None:
            kwargs["initial"] = {
                "name": account.name, "email": account.email, "role": account.role, "is_active": account.is_active,
            }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = current_roles().choices()  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        """Two accounts with one address could not be told apart by the organisation's sign-in."""
        email = str(self.cleaned_data["email"])
        others = User.objects.exclude(pk=self.account.pk if self.account else None)
        if email and others.filter(email__iexact=email).exists():
            raise ValidationError(_("Another account has this e-mail address."))
        return email


class NewAccountForm(AccountForm):
    """A new account."""

    username = forms.CharField(label=_("User name"), max_length=150, validators=[UnicodeUsernameValidator()])
    field_order = ("username", "name", "email", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"role": Role.AGENT.value}, **kwargs})
        del self.fields["is_active"]
