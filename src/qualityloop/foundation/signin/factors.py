"""Second factors: pages of allauth, each write in one transaction with its entry in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.signals import authenticator_used
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy

from qualityloop.foundation.audit.actions import (
    FACTOR_ADDED,
    FACTOR_REMOVED,
    FACTORS_RESET,
    RECOVERY_CODE_USED,
    RECOVERY_CODES_MADE,
    Action,
)
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import User
from qualityloop.foundation.signin.sessions import sessions_end

FIRST_RANK = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(user: User) -> bool:
    """Whether an app or a passkey is set up; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user=user, type__in=FIRST_RANK).exists())


def factors_of(user: User) -> list[Authenticator]:
    """What is set up, oldest first."""
    return list(Authenticator.objects.filter(user=user).order_by("created_at"))


def factors_reset(*, actor: object, user: User, address: str = "") -> None:
    """Take every second factor away from somebody who lost theirs, and end their sessions."""
    with transaction.atomic():
        kinds = [one.type for one in factors_of(user)]
        if not kinds:
            return
        Authenticator.objects.filter(user=user).delete()
        before = {"factors": kinds}
        record(actor=actor, action=FACTORS_RESET, record=user, before=before, after=None, address=address)
        sessions_end(actor=actor, user=user, address=address)


def connect() -> None:
    """Listen; called once when the application starts."""
    authenticator_used.connect(_used, dispatch_uid="factors.used")


def _used(*, request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        with transaction.atomic():
            _record(request, user, RECOVERY_CODE_USED, "")


def _record(request: HttpRequest, user: Any, action: Action, what: str) -> None:
    after = {"factor": what} if what else None
    record(actor=user, action=action, record=user, before=None, after=after, address=address_of(request))


def _noted(action: Action, what: Callable[[Any, Any], str]) -> Any:
    """A `form_valid` that writes the entry with the change; `what` names it from the view and its form."""

    def form_valid(self: Any, form: Any) -> HttpResponse:
        with transaction.atomic():
            named = what(self, form)
            response: HttpResponse = super(self.__class__, self).form_valid(form)
            _record(self.request, self.request.user, action, named)
        self.request.session.pop("second_factor", None)
        return response

    return form_valid


class ActivateApp(ActivateTOTPView):  # type: ignore[misc]
    """Set up an app that shows codes."""

    success_url = reverse_lazy("mfa_index")
    form_valid = _noted(FACTOR_ADDED, lambda view, form: "totp")


class DeactivateApp(DeactivateTOTPView):  # type: ignore[misc]
    """Take the app away."""

    success_url = reverse_lazy("mfa_index")
    form_valid = _noted(FACTOR_REMOVED, lambda view, form: "totp")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Nothing to take away: back to the page of second factors."""
        if not Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists():
            return redirect("mfa_index")
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]
    """Set up a passkey."""

    form_valid = _noted(FACTOR_ADDED, lambda view, form: f"passkey {form.cleaned_data['name']}")


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    """Take a passkey away."""

    success_url = reverse_lazy("mfa_index")
    form_valid = _noted(FACTOR_REMOVED, lambda view, form: f"passkey {view.get_object().wrap().name}")


class NewRecoveryCodes(GenerateRecoveryCodesView):  # type: ignore[misc]
    """Recovery codes anew; the old ones are worth nothing then."""

    form_valid = _noted(RECOVERY_CODES_MADE, lambda view, form: "")


class RecoveryCodes(ViewRecoveryCodesView):  # type: ignore[misc]
    """Recovery codes, shown once; without any the page of second factors."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The codes, or the way to get some."""
        if not Authenticator.objects.filter(user=request.user, type=Authenticator.Type.RECOVERY_CODES).exists():
            return redirect("mfa_index")
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response
