"""Pages about the person and their settings."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from qualityloop.foundation.api.permissions import TOKENS
from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.models import Theme
from qualityloop.foundation.navigation import first_page
from qualityloop.foundation.permissions import SIGNED_IN, public, requires
from qualityloop.foundation.preferences import known_languages, preference_save


@requires(SIGNED_IN)
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Where one lands after signing in: the first page one may open, else one's own account."""
    return redirect(first_page(request) or "foundation:account")


@requires(SIGNED_IN)
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here, and how I like the pages."""
    may_use_api = TOKENS.allows(request.user)
    context = {"languages": settings.LANGUAGES, "may_use_api": may_use_api, **history_panel(request.user)}
    return render(request, "foundation/account.html", context)


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
