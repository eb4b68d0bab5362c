"""The entrance of every operation: who asks, how often, and whether they may."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from ninja.security import APIKeyCookie, HttpBearer

from qualityloop.foundation.api.errors import ApiError
from qualityloop.foundation.api.metering import taken
from qualityloop.foundation.api.words import spoken

if TYPE_CHECKING:
    from qualityloop.foundation.api.models import Token
    from qualityloop.foundation.permissions import Permission

SAFE = ("GET", "HEAD", "OPTIONS")
USED_EVERY = timedelta(minutes=1)  # how exactly the time of the last use is kept


def allows(right: Permission, summary: Promise | None = None, text: Promise | None = None) -> dict[str, Any]:
    """Arguments of an operation: who may call it, what it is called and what it does, in lazy texts.

    `@router.get("", response=Out, **allows(TICKETS, _("Tickets"), _("Those that the caller may see.")))`
    """
    words = {"summary": summary, "description": text}
    return {
        "auth": [TokenGuard(right), SessionGuard(right)],
        "openapi_extra": {"x-permission": right.key},
        **{name: spoken(said) for name, said in words.items() if said is not None},
    }


class TokenGuard(HttpBearer):
    """A personal token in the header Authorization."""

    def __init__(self, right: Permission) -> None:
        super().__init__()
        self.permission = right

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The person for whom the program acts; None where the token opens nothing."""
        from qualityloop.foundation.api.permissions import TOKENS

        found = token_of(token)
        if found is None:
            return None
        _metered(f"token:{found.pk}", settings.QUALITYLOOP_API_PER_MINUTE)
        if not (TOKENS.allows(found.owner) and found.allows(self.permission)):
            raise _forbidden(self.permission)
        if found.read_only and request.method not in SAFE:
            raise ApiError(403, "read_only", _("This token may only read."))
        _used(found)
        request.user = found.owner
        return found.owner


class SessionGuard(APIKeyCookie):
    """The session of somebody signed in, as pages use it; what writes needs the CSRF token too."""

    def __init__(self, right: Permission) -> None:
        self.param_name = settings.SESSION_COOKIE_NAME
        super().__init__(csrf=True)
        self.permission = right

    def __call__(self, request: HttpRequest) -> Any:
        """Somebody with a token that opens nothing is not let in by a cookie instead."""
        if "Authorization" in request.headers or not request.user.is_authenticated:
            return None
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Whoever is signed in."""
        user = request.user
        _metered(f"user:{user.pk}", settings.QUALITYLOOP_API_PER_MINUTE)
        if not self.permission.allows(user):
            raise _forbidden(self.permission)
        return user


def token_of(text: str) -> Token | None:
    """The valid token of which `text` is the secret."""
    from qualityloop.foundation.api.models import Token

    if not text.startswith("qlt_") or len(text) > 200:
        return None
    found = Token.objects.select_related("owner").filter(digest=digest_of(text)).first()
    return found if found is not None and found.is_valid else None


def digest_of(text: str) -> str:
    """What is kept of a secret. It is random and long, so that no slow hash is needed."""
    return hashlib.sha256(text.encode()).hexdigest()


def meter_address(request: HttpRequest) -> None:
    """Every request counts for the address it comes from, before anything else is looked at."""
    from qualityloop.foundation.audit.sessions import address_of

    _metered(f"address:{address_of(request)[:60]}", settings.QUALITYLOOP_API_PER_MINUTE_AND_ADDRESS)


def _metered(caller: str, limit: int) -> None:
    if wait := taken(caller, limit):
        text = _("Too many requests: at most {n} a minute. Try again in {seconds} seconds.")
        raise ApiError(429, "too_many", text.format(n=limit, seconds=wait), {"Retry-After": str(wait)})


def _forbidden(right: Permission) -> ApiError:
    return ApiError(403, "forbidden", _("This needs the permission “{name}”.").format(name=right.label))


def _used(token: Token) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USED_EVERY:
        type(token).objects.filter(pk=token.pk).update(last_used_at=now)
