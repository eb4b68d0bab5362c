"""Pages of the REST API: its document, its description, one's own tokens."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qualityloop.foundation.api.app import language_asked
from qualityloop.foundation.api.document import document, sections
from qualityloop.foundation.api.models import Token
from qualityloop.foundation.api.permissions import ALL_TOKENS, TOKENS
from qualityloop.foundation.api.services import DAYS, token_create, token_revoke
from qualityloop.foundation.audit.presentation import history_panel
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import REGISTRY, SIGNED_IN, Permission, public, requires

LONGEST_NAME = 60


@public
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI 3.1 document. It says what there is, not what is in it."""
    language = language_asked(request) or "en"
    answer = JsonResponse(document(language), json_dumps_params={"ensure_ascii": False})
    answer["Content-Language"] = "zh-Hans" if language == "zh-hans" else language
    answer["Vary"] = "Accept-Language"
    return answer


@requires(SIGNED_IN)
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Every operation, readable without any script."""
    schema = document(get_language() or "zh-hans")
    origin = f"{request.scheme}://{request.get_host()}"
    return render(request, "api/docs.html", {"sections": sections(schema, origin), "origin": origin})


@requires(TOKENS)
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens; a new one is shown this once."""
    context: dict[str, Any] = {"days": DAYS, "rights": _rights(request), "asked": request.POST}
    if request.method == "POST":
        context |= _made(request)
    context["sees_all"] = ALL_TOKENS.allows(request.user)
    context["tokens"] = Token.objects.filter(owner=request.user).select_related("owner")[:100]
    answer = render(request, "api/tokens.html", context, status=422 if context.get("error") else 200)
    answer["Cache-Control"] = "no-store"
    return answer


def _made(request: HttpRequest) -> dict[str, Any]:
    given = request.POST
    name = " ".join(given.get("name", "").replace("\x00", "").split())[:LONGEST_NAME]
    days = given.get("days", "")
    chosen = [right for right in _rights(request) if right.key in given.getlist("scope")]
    if not name:
        return {"error": _("Give the token a name that says which program uses it.")}
    if days not in map(str, DAYS):
        return {"error": _("Choose how long the token may live.")}
    if given.get("reach") != "all" and not chosen:
        return {"error": _("Choose at least one permission, or everything that you may.")}
    token, secret = token_create(
        actor=request.user,  # type: ignore[arg-type]
        name=name,
        days=int(days),
        rights=None if given.get("reach") == "all" else chosen,
        read_only=given.get("write") != "1",
        address=address_of(request),
    )
    return {"made": token, "secret": secret, "asked": {}}


@requires(TOKENS)
@require_safe
def token(request: HttpRequest, pk: int) -> HttpResponse:
    """One token with its history."""
    found = _token(request, pk)
    return render(request, "api/token.html", {"token": found, **history_panel(found)})


@requires(TOKENS)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own token, or anybody's for an administrator."""
    found = _token(request, pk)
    token_revoke(actor=request.user, token=found, address=address_of(request))  # type: ignore[arg-type]
    messages.success(request, _("The token “{name}” opens nothing any more.").format(name=found.name))
    return redirect("api:tokens" if found.owner == request.user else "api:all_tokens")


def _token(request: HttpRequest, pk: int) -> Token:
    found = Token.objects.select_related("owner").filter(pk=pk).first()
    if found is None or not (found.owner == request.user or ALL_TOKENS.allows(request.user)):
        raise Http404
    return found


def _rights(request: HttpRequest) -> list[Permission]:
    """What the person may do, in the order of its words."""
    found = [right for right in REGISTRY.values() if right.allows(request.user)]
    return sorted(found, key=lambda right: str(right.label))
