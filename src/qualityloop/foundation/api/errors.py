"""What went wrong, always in one shape and in the caller's language."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as FormError
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.api.faults import Fault, Problem, fault_of
from qualityloop.foundation.wording import language

logger = logging.getLogger(__name__)


class ApiError(Exception):
    """An error with its status, for operations to raise."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
        fields: Sequence[Fault] = (),
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}
        self.fields = list(fields)


@contextmanager
def refused_as(status: int, code: str = "refused") -> Iterator[None]:
    """What a service refuses is said with `status`: 409 for the state of things. Without it, it is 422."""
    try:
        yield
    except FormError as error:
        fields = _of_form(error) if hasattr(error, "error_dict") else []
        raise ApiError(status, code, " ".join(error.messages), fields=fields) from None
    except AnalysisError as error:
        raise ApiError(status, code, error.in_language(language())) from None


def problem(
    status: int, code: str, message: str, fields: list[Fault] | None = None, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """The answer of an error."""
    body = Problem(code=code, message=message, fields=fields or []).model_dump()
    answer = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False}, headers=dict(headers or {}))
    answer["Cache-Control"] = "no-store"
    return answer


def not_found() -> HttpResponse:
    """404: not there, or not for this caller."""
    return problem(404, "not_found", _("There is no such thing, or it is not meant for you."))


def not_allowed(allowed: str) -> HttpResponse:
    """405: there, but not for this method."""
    return problem(405, "method_not_allowed", _("This address does not take that method."), headers={"Allow": allowed})


def unauthenticated() -> HttpResponse:
    """401: no token, or one that is wrong, revoked or past its end."""
    text = _("A token is needed: Authorization: Bearer …. It may be wrong, revoked or expired.")
    return problem(401, "unauthenticated", text, headers={"WWW-Authenticate": "Bearer"})


def handle_errors(api: NinjaAPI) -> None:
    """Give every error of `api` the one shape."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        ApiError: lambda request, error: problem(error.status, error.code, error.message, error.fields, error.headers),
        Http404: lambda request, error: not_found(),
        AuthenticationError: lambda request, error: unauthenticated(),
        PermissionDenied: lambda request, error: problem(403, "forbidden", _("Your account may not do this.")),
        HttpError: _http_error,
        ValidationError: lambda request, error: invalid([fault_of(one) for one in error.errors]),
        FormError: lambda request, error: invalid(_of_form(error)),
        AnalysisError: lambda request, error: problem(422, "refused", error.in_language(language())),
        Exception: _broken,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def invalid(faults: list[Fault]) -> HttpResponse:
    """422: understood, but it makes no sense."""
    return problem(422, "invalid", _("The request does not make sense; “fields” says where."), faults)


def _of_form(error: FormError) -> list[Fault]:
    """What a page's form would say, each at its field."""
    if not hasattr(error, "error_dict"):
        return [Fault(where="body", message=text) for text in error.messages]
    return [
        Fault(where="body" if name == NON_FIELD_ERRORS else f"body.{name}", message=text)
        for name, texts in error.message_dict.items()
        for text in texts
    ]


def _http_error(request: HttpRequest, error: Any) -> HttpResponse:
    if error.status_code == 400:
        return problem(400, "malformed", _("The body is not JSON."))
    if error.status_code == 403:
        text = _("A page's own requests must carry its CSRF token in X-CSRFToken.")
        return problem(403, "csrf", text)
    return problem(error.status_code, "refused", str(error))


def _broken(request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error, RequestDataTooBig):
        return problem(413, "too_large", _("The body is too large."))
    logger.exception("%s %s", request.method, request.path, exc_info=error)
    got_request_exception.send(sender=None, request=request)
    return problem(500, "broken", _("Something went wrong on our side. It has been written to the log."))
