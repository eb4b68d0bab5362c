"""Urgency and impact to priority; numbers of registers."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from qualityloop.foundation.records.numbering import next_number
from qualityloop.operations.models import Ticket
from qualityloop.operations.priority import SHIPPED, Degree, Priority, priority_of
from tests import factories

RANK = [Priority.LOW, Priority.MEDIUM, Priority.HIGH, Priority.URGENT]


def test_every_pair_has_a_priority_and_more_never_gives_less() -> None:
    degrees = [Degree.LOW.value, Degree.MEDIUM.value, Degree.HIGH.value]
    assert set(SHIPPED) == {(u, i) for u in degrees for i in degrees}
    rank = {pair: RANK.index(priority) for pair, priority in SHIPPED.items()}
    for u, i in SHIPPED:
        for u2, i2 in SHIPPED:
            if degrees.index(u2) >= degrees.index(u) and degrees.index(i2) >= degrees.index(i):
                assert rank[u2, i2] >= rank[u, i]
    assert priority_of("high", "high") == Priority.URGENT
    assert priority_of("low", "low") == Priority.LOW
    assert priority_of("", "high") is None
    assert priority_of("high", "high", {("high", "high"): Priority.LOW}) == Priority.LOW


@pytest.mark.usefixtures("database")
def test_numbers_have_no_gaps_and_none_is_given_twice() -> None:
    """Five people register at once, one of them in vain."""
    given: list[str] = []

    def register(times: int) -> None:
        try:
            for _n in range(times):
                with transaction.atomic():
                    number = next_number(Ticket, "GD")
                    factories.a_ticket(number=number)
                given.append(number)
        finally:
            connection.close()

    def in_vain() -> None:
        with transaction.atomic():
            next_number(Ticket, "GD")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_vain()
    threads = [threading.Thread(target=register, args=(5,)) for _n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    year = factories_year()
    assert sorted(given) == [f"GD-{year}-{n:05d}" for n in range(1, 26)]


@pytest.mark.usefixtures("database")
def test_an_imported_number_is_left_out() -> None:
    year = factories_year()
    factories.a_ticket(number=f"GD-{year}-00001")
    with transaction.atomic():
        assert next_number(Ticket, "GD") == f"GD-{year}-00002"
    with pytest.raises(transaction.TransactionManagementError):
        next_number(Ticket, "GD")


def factories_year() -> Any:
    from django.utils import timezone

    return timezone.localdate().year
