"""The first account of an installation: made by whoever started the server, through a link that only they see.

Accounts are made by an administrator, and an empty installation has none. `qualityloop serve` prints the link; it holds
a signature of the installation's secret key and works until the first account exists, for a day at most.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import User
from qualityloop.foundation.permissions import public
from qualityloop.foundation.roles import Role

SALT = "qualityloop.first_account"
SECONDS = 24 * 3600


def first_account_wanted() -> bool:
    """Whether nobody has an account yet."""
    return not User.objects.exists()


def first_link() -> str:
    """Path of the page where the first account is made."""
    return reverse("foundation:first_account", args=[signing.dumps("first", salt=SALT)])


class FirstForm(forms.Form):
    """User name, name, and a password twice."""

    username = forms.CharField(label=_("User name"), max_length=150, validators=[UnicodeUsernameValidator()])
    name = forms.CharField(label=_("Name"), max_length=150)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters; none of the common ones."),
    )
    repeated = forms.CharField(
        label=_("The password once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both passwords are the same and good enough."""
        found = super().clean() or {}
        password, repeated = found.get("password"), found.get("repeated")
        if password and repeated and password != repeated:
            self.add_error("repeated", _("The two passwords differ."))
        elif password:
            try:
                validate_password(password, User(username=found.get("username", ""), name=found.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return found


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_account(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first account, an administrator's; there is no such page once somebody has one."""
    try:
        signing.loads(token, salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        raise Http404 from None
    if not first_account_wanted():
        raise Http404
    form = FirstForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with transaction.atomic():
            if not first_account_wanted():
                raise Http404
            account_create(
                username=given["username"],
                password=given["password"],
                role=Role.ADMIN,
                name=given["name"],
                address=address_of(request),
            )
        return redirect("account_login")
    return render(request, "account/first.html", {"form": form})
