"""Every address, asked for by everybody: nobody sees more than their role allows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.permissions import REGISTRY, Permission
from qualityloop.foundation.roles import EVERYONE

pytestmark = pytest.mark.django_db

SAMPLES = {  # values for the parameters of addresses
    "contact": "1",
    "dataset": "tickets",
    "key": "first_response_online",
    "kind": "problem",
    "mark": "1",
    "number": "1",
    "call": "00000000-0000-4000-8000-000000000000",
    "pk": "1",
    "role": "director",
    "tree": "fishbone",
    "provider_id": "company",
    "token": "no-such-link",
}


def patterns(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern), pattern


def address(route: str, pattern: URLPattern) -> str:
    route = route.removesuffix("^v1/") + "v1/no/such/" if route.endswith("^v1/") else route
    for name, converter in pattern.pattern.converters.items():
        route = route.replace(f"<{type(converter).__name__.removesuffix('Converter').lower()}:{name}>", SAMPLES[name])
    return "/" + route


def names_a_record(view: object) -> bool:
    """Whether an address holds parameters: then 404 may also mean that there is no such record."""
    return view in RECORDS


WALK = [  # operations of the REST API are walked by test_api_walk.py
    (address(route, pattern), pattern.callback)
    for route, pattern in patterns()
    if not getattr(pattern.callback, "is_api", False)
]
RECORDS = {pattern.callback for _route, pattern in patterns() if pattern.pattern.converters}


def test_there_is_something_to_walk() -> None:
    assert len(WALK) >= 10


@pytest.mark.parametrize(("url", "view"), WALK, ids=[url for url, _ in WALK])
def test_every_view_declares_who_may_open_it(url: str, view: object) -> None:
    assert hasattr(view, "permission"), f"{url} says neither @requires(…) nor @public"
    right = view.permission  # type: ignore[attr-defined]
    assert right is None or REGISTRY.get(right.key) is right


@pytest.mark.parametrize(("url", "view"), WALK, ids=[url for url, _ in WALK])
def test_strangers_and_every_role(url: str, view: object) -> None:
    right: Permission | None = view.permission  # type: ignore[attr-defined]
    answer = Client().get(url)
    if right is None:
        assert answer.status_code in (200, 302, 404, 405), url
        return
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")
    for role in sorted(EVERYONE):
        client = Client()
        client.force_login(account_create(username=role, password="a good Passw0rd", role=role))
        status = client.get(url).status_code
        if role in right.roles:
            assert status in (200, 302, 405) or (status == 404 and names_a_record(view)), f"{url} as {role}: {status}"
        else:
            assert status == 404, f"{url} as {role}: {status}"


@pytest.mark.parametrize("right", REGISTRY.values(), ids=list(REGISTRY))
def test_permissions_are_for_known_roles_and_have_words(right: Permission) -> None:
    assert right.roles
    assert right.roles <= EVERYONE
    assert str(right.label)


def test_customers_see_nothing_of_the_diagnosis() -> None:
    assert not [key for key, right in REGISTRY.items() if key.startswith("diagnosis.") and "customer" in right.roles]
