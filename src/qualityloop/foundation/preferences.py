"""Language and theme: kept in a cookie, and with the account of whoever is signed in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from qualityloop.foundation.models import Theme, User

THEME_COOKIE = "ql_theme"
YEAR = 365 * 24 * 3600


def known_languages() -> frozenset[str]:
    """Codes of the languages that the pages speak."""
    return frozenset(code for code, _name in settings.LANGUAGES)


def language_of(request: HttpRequest) -> str:
    """The account's language, else the cookie's, else Chinese."""
    for choice in (getattr(request.user, "language", ""), request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")):
        if choice in known_languages():
            return str(choice)
    return str(settings.LANGUAGE_CODE)


def theme_of(request: HttpRequest) -> str:
    """The account's theme, else the cookie's, else as the system."""
    for choice in (getattr(request.user, "theme", ""), request.COOKIES.get(THEME_COOKIE, "")):
        if choice in Theme.values:
            return str(choice)
    return Theme.AUTO.value


def preference_save(request: HttpRequest, response: HttpResponseBase, name: str, value: str) -> None:
    """Remember `language` or `theme` in a cookie of `response` and with the account."""
    cookie = settings.LANGUAGE_COOKIE_NAME if name == "language" else THEME_COOKIE
    response.set_cookie(
        cookie, value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, httponly=True
    )
    user = request.user
    if isinstance(user, User) and getattr(user, name) != value:
        User.objects.filter(pk=user.pk).update(**{name: value})
