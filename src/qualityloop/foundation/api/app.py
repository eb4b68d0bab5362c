"""The API itself: put together once all rooms have registered what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.urls import URLPattern
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja import NinjaAPI, Router
from ninja.operation import Operation

from qualityloop.foundation.api.errors import ApiError, handle_errors, invalid, not_allowed, not_found, problem
from qualityloop.foundation.api.faults import Fault, Problem, words_of
from qualityloop.foundation.api.guards import TokenGuard, meter_address
from qualityloop.foundation.api.lists import serve_list
from qualityloop.foundation.api.registry import ROUTERS
from qualityloop.foundation.listing.declaration import LISTINGS
from qualityloop.foundation.permissions import Permission

ERRORS = (401, 403, 404, 422, 429)  # that any operation may answer
LANGUAGES = {"zh": "zh-hans", "en": "en"}


@cache
def the_api() -> NinjaAPI:
    """Version 1, with the routers of the rooms and the lists of the pages."""
    routers = dict(ROUTERS)
    for listing in LISTINGS.values():
        if listing.api_name and not listing.key.startswith("tests."):
            serve_list(listing, routers.setdefault(listing.api_name, Router()))
    return assembled(routers, "api")


def assembled(routers: Mapping[str, Router], namespace: str) -> NinjaAPI:
    """An API of these routers by the first part of their addresses."""
    api = NinjaAPI(
        title="QualityLoop",
        version="1",
        description="Service quality management. Errors have one shape; docs/API.md has examples.",
        urls_namespace=namespace,
        openapi_url=None,
        docs_url=None,
    )
    handle_errors(api)
    for prefix, router in sorted(routers.items()):
        api.add_router(prefix, router)
    for _path, operation in operations(api):
        _complete(operation)
    return api


def operations(api: NinjaAPI) -> Iterator[tuple[str, Operation]]:
    """Every operation with its path below /api/v1/."""
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                yield "/".join(part for part in (router.prefix.strip("/"), path.strip("/")) if part), operation


def permission_of(operation: Operation) -> Permission:
    """What an operation declares with `allows`; a fault of the program where it does not."""
    guards = [guard for guard in operation.auth_callbacks if isinstance(guard, TokenGuard)]
    if len(guards) != 1:
        raise ValueError(f"{operation.view_func.__name__}: an operation declares its permission with **allows(…)")
    return guards[0].permission


def addresses(api: NinjaAPI) -> list[URLPattern]:
    """Addresses of all operations, their views in the caller's language."""
    found = []
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            pattern.callback = _spoken_to(pattern.callback)
            found.append(pattern)
    return found


def _complete(operation: Operation) -> None:
    """Every operation declares its permission, documents its errors and refuses what it does not know."""
    permission_of(operation)
    has_body = any(model.__ninja_param_source__ == "body" for model in operation.models)
    writes = not {"GET", "HEAD"} >= set(operation.methods)  # may be refused by the state that things are in
    for status in (*ERRORS, *((409,) if writes else ()), *((400, 413) if has_body else ())):
        operation.response_models.setdefault(status, operation._create_response_model(Problem))
    operation.run = _strict(operation, operation.run)  # type: ignore[method-assign]


def _strict(operation: Operation, run: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Refuse parameters of the address that the operation does not have; ninja would leave them out."""
    known: set[str] = set()
    for model in operation.models:
        if model.__ninja_param_source__ == "query":
            known |= set(getattr(model, "__ninja_flatten_map__", None) or model.model_fields)

    @wraps(run)
    def checked(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        answer = run(request, **kwargs) if set(request.GET) <= known else None
        if answer is not None:
            return answer
        error = operation._run_checks(request)  # strangers learn nothing, not even this
        return error or _unknown(sorted(set(request.GET) - known))

    return checked


def _unknown(names: list[str]) -> HttpResponseBase:
    return invalid([Fault(where=f"query.{name[:100]}", message=words_of("extra_forbidden", {})) for name in names[:20]])


def _spoken_to(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer in the language of Accept-Language, else in the one of the account or the house."""

    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override(language_asked(request) or translation.get_language()):
            answer = _answer(view, request, *args, **kwargs)
            language = translation.get_language() or "zh-hans"
        answer["Content-Language"] = "zh-Hans" if language == "zh-hans" else language
        answer.headers.setdefault("Cache-Control", "private, no-store")
        patch_vary_headers(answer, ("Accept-Language", "Authorization", "Cookie"))
        return answer

    answered.csrf_exempt = True  # type: ignore[attr-defined] # SessionGuard asks for the CSRF token itself
    answered.is_api = True  # type: ignore[attr-defined]
    return answered


def _answer(view: Callable[..., HttpResponseBase], request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        meter_address(request)
    except ApiError as error:
        return problem(error.status, error.code, error.message, headers=error.headers)
    answer = view(request, *args, **kwargs)
    if isinstance(answer, HttpResponseNotAllowed):
        return not_allowed(answer["Allow"])
    return answer


def language_asked(request: HttpRequest) -> str | None:
    """The first language of Accept-Language that we speak; None where none is, or nothing is asked."""
    for tag, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500]):
        if (language := LANGUAGES.get(tag.partition("-")[0])) is not None:
            return language
    return None


def nothing_here(request: HttpRequest) -> HttpResponseBase:
    """404 in the shape of the API."""
    return not_found()
