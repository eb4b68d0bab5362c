"""Lists as operations: keyset pages, filters, what changed, strict inputs, and no more than a person may see."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.foundation.listing.records import tickets
from tests.foundation.listing.tickets import TICKETS

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.api import metering
from qualityloop.foundation.api.lists import orders_of
from qualityloop.operations.models import Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.foundation.listing.tickets")]
PLACE = "/served/tickets"


@pytest.fixture(autouse=True)
def unhurried() -> None:
    metering.forget()


@pytest.fixture
def director(signed_in: Callable[..., Client]) -> Client:
    return signed_in()


def pages(client: Client, query: str = "") -> Iterator[list[dict[str, Any]]]:
    after = ""
    while True:
        answer = client.get(f"{PLACE}?limit=40{query}{after}")
        assert answer.status_code == 200, answer.content
        body = answer.json()
        yield body["items"]
        if body["next"] is None:
            return
        after = f"&after={body['next']}"


def numbers(client: Client, query: str = "") -> list[int]:
    return [int(row["number"][1:]) for page in pages(client, query) for row in page]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", sorted(range(120), reverse=True)),
        ("&sort=created_at", sorted(range(120))),
        ("&sort=-id", sorted(range(120), reverse=True)),
        ("&sort=number", sorted(range(120))),
    ],
)
def test_pages_have_every_row_once(director: Client, sort: str, expected: list[int]) -> None:
    tickets(120)
    assert numbers(director, sort) == expected


def test_pages_of_equal_values_have_every_row_once(director: Client) -> None:
    tickets(120)
    Ticket.objects.update(created_at=datetime(2026, 9, 1, tzinfo=UTC))
    for sort in ("&sort=created_at", "&sort=-created_at", "&sort=priority"):
        found = numbers(director, sort)
        assert len(found) == len(set(found)) == 120, sort


def test_a_row_that_comes_in_meanwhile_shifts_nothing(director: Client) -> None:
    tickets(60)
    first = director.get(f"{PLACE}?limit=40").json()
    Ticket.objects.create(number="T999999", created_at=datetime(2027, 1, 1, tzinfo=UTC))
    rest = director.get(f"{PLACE}?limit=40&after={first['next']}").json()["items"]
    assert [int(r["number"][1:]) for r in rest] == list(range(19, -1, -1))


def test_the_same_filters_as_on_the_page(director: Client) -> None:
    team = tickets(40)[1].team
    for query in (
        "q=改期", "channel=电话", "channel=电话&channel=邮件", f"team={team.pk}", "created_at_from=2026-09-02",
        "created_at_to=2026-09-01&status=open",
    ):  # fmt: skip
        shown = [row.cells[0].text for row in director.get(f"/tickets/?{query}").context["rows"]]
        served = [row["number"] for page in pages(director, f"&{query}") for row in page]
        assert served == shown
        assert 0 < len(served) < 40
    assert numbers(director, "&escalated=true") == [n for n in range(39, -1, -1) if n % 3 == 1]


def test_a_row_has_its_columns_as_values(director: Client) -> None:
    tickets(3)
    found = director.get(f"{PLACE}?sort=id").json()["items"][1]
    assert found["number"] == "T000001"
    assert found["created_at"] == "2026-09-01T02:00:00Z"
    assert (found["team"], found["handling_minutes"], found["escalated"]) == ("技术支持部", 1.5, True)
    assert found["description"] == "第一行\n第二行"
    assert found["url"] == f"/tickets/{found['id']}/"
    assert director.get(f"{PLACE}/{found['id']}").json() == found


def test_what_changed_since(director: Client) -> None:
    rows = tickets(30)
    start = datetime(2026, 10, 1, tzinfo=UTC)
    for n, row in enumerate(rows):
        Ticket.objects.filter(pk=row.pk).update(changed_at=start + timedelta(minutes=(n * 7) % 30))
    got = numbers(director, "&changed_since=2026-10-01T08:20:00%2B08:00")
    assert got == sorted((n for n in range(30) if (n * 7) % 30 >= 20), key=lambda n: (n * 7) % 30)


def test_an_agent_gets_what_is_theirs_and_404_for_the_rest() -> None:
    zhou = account_create(username="zhou", password="Qu4lity loops", role="agent")
    made = tickets(10, agent=zhou)
    client = Client()
    client.force_login(zhou)
    assert numbers(client) == [5, 0]
    assert client.get(f"{PLACE}/{made[5].pk}").status_code == 200
    missing = client.get(f"{PLACE}/{made[4].pk}")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def cursor(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "query",
    [
        "contacts=many", f"team={10**18}0", "limit=1.0", "escalated=on", "created_at_from=0.0",
        "changed_since=1700000000",
        "limit=0", "limit=501", "limit=many", "sort=subject", "sort=--id", "created_at_from=yesterday",
        "created_at_from=2026-09-02&created_at_to=2026-09-01", "changed_since=2026-10-01", "escalated=perhaps",
        "changed_since=2026-10-01T00:00:00", "changed_since=0001-01-01T00:00:00Z", "team=all", "offset=3",
        "after=!", "after=eA", "after=" + "A" * 2001, f"after={cursor('-created_at', 'x', 1)}",
        f"after={cursor('id', 1, 1)}", f"after={cursor('-created_at', '2026-01-01T00:00:00', 1)}",
        f"after={cursor('-created_at', '0001-01-01T00:00:00+14:00', 1)}", f"after={cursor('-created_at', None, 1)}",
        f"after={cursor('-created_at', '2026-01-01T00:00:00Z', 2**70)}", f"after={cursor(1)}",
        f"sort=number&after={cursor('number', 'a' + chr(0), 1)}",
        f"sort=number&after={cursor('number', chr(0xD800), 1)}",
        f"sort=number&after={cursor('number', ['x'], 1)}", f"sort=number&after={cursor('number', 'x', 'y')}",
    ],
)  # fmt: skip
def test_nonsense_is_refused_at_its_field(director: Client, query: str) -> None:
    tickets(3)
    answer = director.get(f"{PLACE}?{query}")
    assert answer.status_code == 422, answer.content
    assert set(answer.json()) == {"code", "message", "fields"}


@pytest.mark.parametrize("key", ["0", "-1", "abc", "9" * 40, "1.5", "%00"])
def test_a_key_that_is_none(director: Client, key: str) -> None:
    answer = director.get(f"{PLACE}/{key}")
    assert answer.status_code in (404, 422)
    assert answer.json()["code"] in ("invalid", "not_found")


def test_orders_never_skip_rows_without_a_value() -> None:
    """Only columns that are never empty: `>` would leave out rows without a value."""
    assert {name for name in orders_of(TICKETS) if not name.startswith("-")} == {
        "id", "number", "created_at", "priority", "changed_at",
    }  # fmt: skip


def test_few_queries(director: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    tickets(60)
    director.get(PLACE)
    with django_assert_max_num_queries(3):  # session, account, rows
        director.get(f"{PLACE}?limit=50&channel=电话")


@pytest.mark.parametrize(("asked", "language"), [("en-GB,en;q=0.9", "en"), ("zh-CN", "zh-Hans"), ("fr", "zh-Hans")])
def test_errors_are_said_in_the_callers_language(director: Client, asked: str, language: str) -> None:
    answer = director.get(f"{PLACE}?limit=0", headers={"Accept-Language": asked})
    assert answer["Content-Language"] == language
    said = answer.json()["message"]
    assert said.startswith("The request" if language == "en" else "请求有误")
    assert "Accept-Language" in answer["Vary"]


def test_other_methods_and_addresses_answer_in_the_same_shape(director: Client) -> None:
    answer = director.delete(PLACE)
    assert (answer.status_code, answer.json()["code"], answer["Allow"]) == (405, "method_not_allowed", "GET")
    for url in ("/api/v1/no/such", "/api/v1/me/", "/api/v1/"):
        answer = director.get(url)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), url


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400), ("", 422), ('"tests.tickets"', 422), ("[]", 422), ("null", 422), ("{}", 422),
        ('{"listing": "tests.tickets", "name": "a\\u0000b"}', 422),
        ('{"listing": "tests.tickets", "name": "\\ud800"}', 422),
        ('{"listing": "tests.tickets", "name": "x", "owner": 1}', 422),
        ('{"listing": "tests.tickets", "name": "x", "shared": "perhaps"}', 422),
        ('{"listing": "no.such", "name": "x"}', 404),
        ('{"listing": "tests.tickets", "name": "x", "query": "?channel=phone&nonsense=1"}', 201),
    ],
)  # fmt: skip
def test_bodies_are_strict(director: Client, body: str, status: int) -> None:
    answer = director.post("/api/v1/views", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    if status == 201:
        assert answer.json()["query"] == "?channel=phone"
        assert director.delete(f"/api/v1/views/{answer.json()['id']}").status_code == 204
        assert director.delete(f"/api/v1/views/{answer.json()['id']}").status_code == 404
    else:
        assert set(answer.json()) == {"code", "message", "fields"}
