"""What databases do differently, on SQLite and PostgreSQL: the order of texts, and many who count at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from tests.foundation.listing.tickets import TICKETS

from qualityloop.foundation.api import metering
from qualityloop.foundation.api.keyset import page_of
from qualityloop.foundation.api.lists import orders_of
from qualityloop.foundation.api.models import Meter
from qualityloop.foundation.listing import Words
from qualityloop.operations.models import Ticket

NUMBERS = [
    "b",
    "B",
    "a",
    "A",
    "á",
    "工单",
    "客户",
    "_1",
    "-1",
    "1",
    "10",
    "9",
    " x",
    "Z",
    "z",
    "ß",
    "émile",
    "中文",
    "zz",
    "a b",
]


@pytest.fixture
def tickets(database: str, django_db_blocker: Any) -> Iterator[None]:
    """Tickets whose numbers databases sort differently."""
    with django_db_blocker.unblock():
        at = datetime(2026, 9, 1, tzinfo=UTC)
        Ticket.objects.bulk_create([Ticket(number=number, subject=number * 2, created_at=at) for number in NUMBERS])
        yield
        Ticket.objects.all().delete()


@pytest.mark.parametrize("sort", ["number", "-number", "created_at", "-created_at", "id", "-id", "changed_at"])
def test_pages_have_every_row_once(tickets: None, sort: str) -> None:
    order, after, found = orders_of(TICKETS)[sort], None, []
    while True:
        page, after = page_of(Ticket.objects.all(), order, after, 3)
        found += [row.number for row in page]
        if after is None:
            break
    assert sorted(found) == sorted(NUMBERS)


def test_words_whatever_their_case(tickets: None) -> None:
    rows = Words("number", "subject").apply(Ticket.objects.all(), "Z")
    assert {row.number for row in rows} == {"z", "Z", "zz"}


def test_many_at_once_are_never_given_more_than_the_limit(database: str, django_db_blocker: Any) -> None:
    metering.forget()

    def ask(_number: int) -> int:
        try:
            return sum(metering.taken("token:1", 120) == 0 for _ in range(40))
        finally:
            connection.close()

    with django_db_blocker.unblock():
        Meter.objects.all().delete()
        with ThreadPoolExecutor(8) as threads:
            given = sum(threads.map(ask, range(8)))
        assert all(row.taken <= 120 for row in Meter.objects.all())
        assert given == sum(row.taken for row in Meter.objects.all())
        assert given >= 120
        Meter.objects.all().delete()
