"""Pages about the person and their settings."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.api.permissions import TOKENS
from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import Theme
from qualityloop.foundation.navigation import first_page
from qualityloop.foundation.permissions import SIGNED_IN, person, public, requires
from qualityloop.foundation.preferences import known_languages, preference_save
from qualityloop.foundation.signin.factors import factors_of, has_second_factor
from qualityloop.foundation.signin.sessions import sessions_end, sessions_of


@requires(SIGNED_IN)
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Where one lands after signing in: the first page one may open, else one's own account."""
    return redirect(first_page(request) or "foundation:account")


@requires(SIGNED_IN)
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here, and how I like the pages."""
    user = person(request)
    context = {
        "languages": settings.LANGUAGES, "sessions": sessions_of(user, request.session.session_key),
        "has_factor": has_second_factor(user), "may_use_api": TOKENS.allows(user), **history_panel(user),
    }  # fmt: skip
    return render(request, "foundation/account.html", context)


@requires(SIGNED_IN)
@require_safe
def factors(request: HttpRequest) -> HttpResponse:
    """My second factors: the app, passkeys, recovery codes."""
    found = factors_of(person(request))
    context = {
        "app": next((one for one in found if one.type == one.Type.TOTP), None),
        "passkeys": [one.wrap() for one in found if one.type == one.Type.WEBAUTHN],
        "codes": next((one.wrap() for one in found if one.type == one.Type.RECOVERY_CODES), None),
        "must": current_roles(request.user).needs_second_factor(person(request).role) and not found,
    }
    return render(request, "mfa/index.html", context)


@requires(SIGNED_IN)
@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of my sessions."""
    user = person(request)
    if not sessions_end(actor=user, user=user, only=pk, address=address_of(request)):
        raise Http404
    return redirect("foundation:account")


@requires(SIGNED_IN)
@require_POST
def sessions_end_others(request: HttpRequest) -> HttpResponse:
    """End all of my sessions but this one."""
    user = person(request)
    sessions_end(actor=user, user=user, but=request.session.session_key, address=address_of(request))
    return redirect("foundation:account")


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language and come back."""
    return _choose(request, "language", known_languages())


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Choose light, dark or as the system, and come back."""
    return _choose(request, "theme", frozenset(Theme.values))


@public
def closed(request: HttpRequest) -> HttpResponse:
    """Nobody signs up by themselves."""
    raise Http404


def _choose(request: HttpRequest, name: str, allowed: frozenset[str]) -> HttpResponse:
    response = HttpResponseRedirect(_back(request))
    value = request.POST.get(name, "")
    if value in allowed:
        preference_save(request, response, name, value)
    return response


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else "/"
