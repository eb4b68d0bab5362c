"""What must be done before anything else: changing a one-time password, setting up a second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.models import User
from qualityloop.foundation.signin.factors import has_second_factor

PASSWORD = frozenset({"account_change_password"})
FACTORS = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "account_reauthenticate",
        *PASSWORD,
    }
)


def duty_of(request: HttpRequest) -> tuple[str, frozenset[str]] | None:
    """The address name of the page to which the person must go first, and the pages that are open until then."""
    user = request.user
    if not isinstance(user, User) or not user.is_authenticated:
        return None
    if user.one_time_until is not None and not _came_without_password(request, user):
        return "account_change_password", PASSWORD
    if current_roles(user).needs_second_factor(user.role) and not _has_factor(request, user):
        return "mfa_index", FACTORS
    return None


def _came_without_password(request: HttpRequest, user: User) -> bool:
    """By the organisation's sign-in or a passkey: a password that was never used need not be changed."""
    methods = {one.get("method") for one in get_authentication_records(request, user)}
    return bool(methods) and "password" not in methods


def _has_factor(request: HttpRequest, user: User) -> bool:
    """Asked once per session; taking the last one away is what clears the note."""
    if not request.session.get("second_factor"):
        if not has_second_factor(user):
            return False
        request.session["second_factor"] = True
    return True


class DutiesMiddleware:
    """Nothing but the pages of a duty, and the public ones, as long as it is not done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_more: Any) -> HttpResponseBase | None:
        """Send to the duty's page; programs get a plain refusal."""
        declares = hasattr(view, "permission")
        if declares and view.permission is None:
            return None
        duty = duty_of(request)
        if duty is None or (request.resolver_match and request.resolver_match.view_name in duty[1]):
            return None
        if not declares:
            return HttpResponse(status=403)
        address = reverse(duty[0])
        if request.headers.get("HX-Request"):
            if urlsplit(request.headers.get("HX-Current-URL", "")).path == address:
                return HttpResponse(status=204)  # the page of the duty asks for the bell and the like: leave it be
            return HttpResponse(headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)
