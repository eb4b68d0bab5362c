"""Pages for what went wrong, in the person's language."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from qualityloop.foundation.preferences import language_of


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    context = {"status": status, "title": title, "text": text}
    return render(request, "foundation/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request makes no sense."""
    return _page(request, 400, _("This request could not be understood"), _("Go back and try it once more."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: known, but not allowed."""
    return _page(
        request, 403, _("This is not allowed"), _("Your account may not do this. Ask your administrator for it.")
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was open for too long, or came from elsewhere."""
    with translation.override(language_of(request)):
        return _page(request, 403, _("The form has expired"), _("Go back, load the page again and send it once more."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: not there, or not for this person."""
    return _page(
        request, 404, _("There is no such page"), _("The address may be mistyped, or the page is not meant for you.")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault. Drawn with nothing but a template, since anything may be broken."""
    context = {
        "title": _("Something went wrong on our side"),
        "text": _("It has been written to the log. Try again in a moment."),
    }
    return render(None, "foundation/broken.html", context, status=500)
