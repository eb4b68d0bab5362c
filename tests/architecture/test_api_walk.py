"""Every operation of the REST API, called by everybody: with a token, with one that may less, and without any."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from ninja.operation import Operation
from pydantic import BaseModel

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.api import app, metering
from qualityloop.foundation.api.models import Token
from qualityloop.foundation.api.permissions import TOKENS
from qualityloop.foundation.api.services import token_create
from qualityloop.foundation.api.words import KEYS
from qualityloop.foundation.models import User
from qualityloop.foundation.permissions import REGISTRY, SIGNED_IN
from qualityloop.foundation.roles import EVERYONE

pytestmark = pytest.mark.django_db

assert get_resolver().url_patterns  # every room has declared its lists
SAMPLES = {
    "pk": "1", "mark": "1", "contact": "1", "key": "first_response_online", "number": "1", "dataset": "tickets",
    "kind": "sla", "role": "agent", "call": "6f1c1f0e-52f3-4c8e-9a0f-0d6d6f5a1a11",
}  # fmt: skip # in addresses


def address(path: str) -> str:
    return "/api/v1/" + re.sub(r"{(?:\w+:)?(\w+)}", lambda found: SAMPLES[found[1]], path)


WALK = [(method, address(path), op) for path, op in app.operations(app.the_api()) for method in op.methods]
IDS = [f"{method} {url}" for method, url, _op in WALK]


@pytest.fixture(autouse=True)
def unhurried() -> None:
    metering.forget()


def call(method: str, url: str, secret: str = "", client: Client | None = None) -> Any:
    head = {"Authorization": f"Bearer {secret}"} if secret else {}
    return (client or Client()).generic(method, url, headers=head, content_type="application/json")


def person(role: str) -> User:
    return account_create(username=role, password="a good Passw0rd", role=role)


def test_there_is_something_to_walk() -> None:
    assert len(WALK) >= 6


@pytest.mark.parametrize(("method", "url", "operation"), WALK, ids=IDS)
def test_every_role_with_a_token(method: str, url: str, operation: Operation) -> None:
    right = app.permission_of(operation)
    assert REGISTRY.get(right.key) is right
    for role in sorted(EVERYONE):
        _token, secret = token_create(actor=person(role), name="walk", days=30, read_only=False)
        answer = call(method, url, secret)
        if role in right.roles and role in TOKENS.roles:
            assert answer.status_code in (200, 201, 204, 400, 404, 409, 422), (
                f"{method} {url} as {role}: {answer.content!r}"
            )
        else:
            assert answer.status_code == 403, f"{method} {url} as {role}: {answer.status_code}"
            assert answer.json()["code"] == "forbidden"


@pytest.mark.parametrize(("method", "url", "operation"), WALK, ids=IDS)
def test_without_a_token_that_opens_something(method: str, url: str, operation: Operation) -> None:
    admin = person("admin")
    closed, expired, revoked, scoped = (token_create(actor=admin, name=n, days=30, read_only=False) for n in "abcd")
    Token.objects.filter(pk=expired[0].pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    Token.objects.filter(pk=revoked[0].pk).update(revoked_at=timezone.now())
    for secret in ("", "qlt_guessed", "x" * 300, closed[1] + "x", expired[1], revoked[1]):
        answer = call(method, url, secret)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), secret
        assert answer["WWW-Authenticate"] == "Bearer"
    other = next(right for right in REGISTRY.values() if right not in (app.permission_of(operation), SIGNED_IN))
    Token.objects.filter(pk=scoped[0].pk).update(everything=False, scopes=[other.key])
    assert call(method, url, scoped[1]).status_code == 403


@pytest.mark.parametrize(("method", "url", "operation"), WALK, ids=IDS)
def test_sessions_write_with_their_csrf_token_only(method: str, url: str, operation: Operation) -> None:
    right = app.permission_of(operation)
    client = Client(enforce_csrf_checks=True)
    client.force_login(person(sorted(right.roles)[0]))
    answer = call(method, url, client=client)
    if method == "GET":
        assert answer.status_code in (200, 404, 409, 422)
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


@pytest.mark.parametrize(("method", "url", "operation"), [w for w in WALK if w[0] == "GET"])
def test_what_an_operation_does_not_know_is_refused(method: str, url: str, operation: Operation) -> None:
    right = app.permission_of(operation)
    _token, secret = token_create(actor=person(sorted(right.roles & TOKENS.roles)[0]), name="walk", days=30)
    answer = call(method, url + "?no_such_parameter=1", secret)
    assert answer.status_code == 422
    assert {"where": "query.no_such_parameter", "message": "是未知项"} in answer.json()["fields"]
    assert call(method, url + "?no_such_parameter=1").status_code == 401


def test_every_text_of_the_document_is_in_chinese_too() -> None:
    from qualityloop.foundation.api.document import document

    missing = []

    def walk(thing: Any, place: str) -> None:
        for key, value in thing.items() if isinstance(thing, dict) else enumerate(thing):
            if isinstance(value, dict | list):
                walk(value, f"{place}/{key}")
            elif (
                isinstance(value, str)
                and (key in KEYS or (place.endswith("/tags") and isinstance(key, int)))
                and not re.search("[\u4e00-\u9fff]", value)
            ):
                missing.append(f"{place}/{key}: {value}")

    schema = document("zh-hans")
    for path, methods in schema["paths"].items():
        for method, details in methods.items():
            walk({**details, "responses": {}}, f"{method} {path}")
    for name, model in schema["components"]["schemas"].items():
        walk(model.get("properties", {}), name)
    assert not missing, "\n".join(missing)


def test_bodies_have_names_of_their_own() -> None:
    """Two bodies of one name would be one in the document, and one of the two described wrongly."""
    found: dict[str, set[str]] = {}

    def walk(kind: Any) -> None:
        for part in getattr(kind, "__args__", ()):
            walk(part)
        if isinstance(kind, type) and issubclass(kind, BaseModel) and not kind.__module__.startswith("ninja"):
            places = found.setdefault(kind.__name__, set())
            if (place := f"{kind.__module__}.{kind.__qualname__}") not in places:
                places.add(place)
                for column in kind.model_fields.values():
                    walk(column.annotation)

    for _path, operation in app.operations(app.the_api()):
        for details in (*operation.models, *(model for model in operation.response_models.values() if model)):
            if isinstance(details, type) and issubclass(details, BaseModel):
                for column in details.model_fields.values():
                    walk(column.annotation)
    assert len(found) > 100
    double = {name: sorted(places) for name, places in found.items() if len(places) > 1}
    assert not double, "\n".join(f"{name}: {', '.join(places)}" for name, places in double.items())
