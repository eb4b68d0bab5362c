"""Pages 账号: making accounts, changing and closing them, giving passwords, opening what is locked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from qualityloop.foundation.access.account_forms import AccountForm, NewAccountForm
from qualityloop.foundation.access.permissions import ACCOUNTS
from qualityloop.foundation.accounts import ONE_TIME_DAYS, account_change, account_make, password_reset
from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import User
from qualityloop.foundation.permissions import person, requires
from qualityloop.foundation.signin.factors import factors_of, factors_reset
from qualityloop.foundation.signin.lockout import account_unlock, locks
from qualityloop.foundation.signin.sessions import sessions_end, sessions_of

WRITES: dict[str, Callable[..., object]] = {
    "unlock": account_unlock,
    "factors": factors_reset,
    "sessions": sessions_end,
}


@requires(ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def account_new(request: HttpRequest) -> HttpResponse:
    """A new account; its one-time password is shown once, in the answer itself."""
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, password = account_make(actor=person(request), address=address_of(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _shown_once(request, user, password)
    return render(request, "foundation/accounts/new.html", {"form": form})


@requires(ACCOUNTS)
@require_http_methods(["GET", "HEAD", "POST"])
def account_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One account with its sessions, second factors, locks and history."""
    user = get_object_or_404(User, pk=pk)
    form = AccountForm(request.POST or None, account=user)
    if request.method == "POST" and form.is_valid():
        try:
            account_change(actor=request.user, user=user, address=address_of(request), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("foundation:account_page", pk)
    context: dict[str, Any] = {
        "account": user, "form": form, "sessions": sessions_of(user), "factors": factors_of(user),
        "locks": locks([user.username]), **history_panel(user),
    }  # fmt: skip
    return render(request, "foundation/accounts/account.html", context)


@requires(ACCOUNTS)
@require_POST
def account_password(request: HttpRequest, pk: int) -> HttpResponse:
    """A one-time password, shown once."""
    user = get_object_or_404(User, pk=pk)
    return _shown_once(request, user, password_reset(actor=request.user, user=user, address=address_of(request)))


@requires(ACCOUNTS)
@require_POST
def account_do(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a locked account, reset second factors, end all sessions."""
    user = get_object_or_404(User, pk=pk)
    writes: dict[str, Callable[..., object]] = {
        "unlock": account_unlock,
        "factors": factors_reset,
        "sessions": sessions_end,
    }
    write = writes.get(request.POST.get("do", ""))
    if write is None:
        raise Http404
    write(actor=request.user, user=user, address=address_of(request))
    messages.success(request, _("Done."))
    return redirect("foundation:account_page", pk)


def _shown_once(request: HttpRequest, user: User, password: str) -> HttpResponse:
    context = {"account": user, "password": password, "days": ONE_TIME_DAYS}
    response = render(request, "foundation/accounts/password.html", context)
    response["Cache-Control"] = "no-store"
    return response
