"""The OpenAPI document, and what the page about it shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from qualityloop.foundation.api.app import the_api
from qualityloop.foundation.api.words import in_language
from qualityloop.foundation.permissions import REGISTRY, Permission

PREFIX = "/api/v1/"
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation, or a field of a body or an answer."""

    name: str
    kind: str
    required: bool
    text: str
    place: str = ""


@dataclass(frozen=True)
class Call:
    """One operation as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    right: Permission | None
    parameters: list[Parameter]
    body: list[Parameter]
    answer: list[Parameter]
    example: str


@dataclass(frozen=True)
class Section:
    """Operations about one thing."""

    name: str
    calls: list[Call]


@lru_cache(maxsize=4)
def document(language: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document, its texts in `language`."""
    schema: dict[str, Any] = json.loads(json.dumps(the_api().get_openapi_schema(path_prefix=PREFIX)))
    schema["servers"] = [{"url": "/"}]
    _without_titles(schema)
    return in_language(schema, language)  # type: ignore[no-any-return]


def _without_titles(part: Any) -> None:
    """Drop the titles that are only a field's name once more."""
    for value in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        if isinstance(value, dict) and isinstance(value.get("title"), str) and "version" not in value:
            del value["title"]
        _without_titles(value)


def sections(schema: dict[str, Any], origin: str) -> list[Section]:
    """Operations by what they are about, in the order of their addresses."""
    found: dict[str, list[Call]] = {}
    for path, methods in sorted(schema["paths"].items()):
        for method in METHODS:
            if method in methods:
                call = _call(schema, path, method, methods[method], origin)
                found.setdefault((methods[method].get("tags") or ["…"])[0], []).append(call)
    return [Section(name, calls) for name, calls in found.items()]


def _call(schema: dict[str, Any], path: str, method: str, details: dict[str, Any], origin: str) -> Call:
    parameters = [
        Parameter(p["name"], _kind(schema, p["schema"]), p["required"], p.get("description", ""), p["in"])
        for p in details.get("parameters", [])
    ]
    body = details.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    good: dict[str, Any] = next((a for status, a in details["responses"].items() if str(status).startswith("2")), {})
    answer = good.get("content", {}).get("application/json", {}).get("schema")
    return Call(
        id=details["operationId"],
        method=method.upper(),
        path=path,
        summary=details["summary"],
        text=details.get("description", ""),
        right=REGISTRY.get(details.get("x-permission", "")),
        parameters=parameters,
        body=_fields(schema, body),
        answer=_fields(schema, answer),
        example=_example(path, method, bool(body), origin),
    )


def _example(path: str, method: str, has_body: bool, origin: str) -> str:
    parts = ["curl", *(["-X", method.upper()] if method not in ("get", "post") else [])]
    parts += ["-H", '"Authorization: Bearer $TOKEN"']
    parts += ["--json", "'{…}'"] if has_body else []
    return " ".join([*parts, origin + path])


def _resolved(schema: dict[str, Any], part: Any) -> Any:
    while isinstance(part, dict) and "$ref" in part:
        part = schema["components"]["schemas"][part["$ref"].rsplit("/", 1)[1]]
    return part


def _fields(schema: dict[str, Any], part: Any) -> list[Parameter]:
    """Fields of an object; of the rows where it is a page of them."""
    part = _resolved(schema, part) or {}
    if part.get("type") == "array":
        return _fields(schema, part["items"])
    properties = part.get("properties", {})
    if "items" in properties and "next" in properties:
        return _fields(schema, properties["items"])
    required = set(part.get("required", ()))
    return [
        Parameter(name, _kind(schema, field), name in required, field.get("description", ""))
        for name, field in properties.items()
    ]


def _kind(schema: dict[str, Any], part: Any) -> str:
    """The type of a value in a word or two."""
    part = part or {}
    if "$ref" in part:
        return "object"
    if "anyOf" in part:
        kinds = dict.fromkeys(_kind(schema, one) for one in part["anyOf"])
        return " | ".join(kinds)
    if "enum" in part:
        return " | ".join(map(str, part["enum"]))
    if part.get("type") == "array":
        return f"[{_kind(schema, part.get('items'))}]"
    return str(part.get("format") or part.get("type") or "any")
