"""Tickets that wait: counted once more in Python over the tickets, and the lists behind the numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qualityloop.operations.models import Ticket
from qualityloop.operations.queues import queues
from tests.operations.test_api import call
from tests.operations.test_deadlines import at
from tests.operations.test_pages import browser
from tests.people.conftest import House, house

__all__ = ["house"]
pytestmark = pytest.mark.django_db
NOW = at("2026-10-09 11:00")


@pytest.fixture
def waiting(house: House) -> list[Ticket]:
    """Thirty tickets of three teams and of none; every fifth is over."""
    made = []
    teams = [house.departments["一线"], house.departments["夜班"], house.departments["二线"], None]
    for n in range(30):
        end = NOW - timedelta(hours=1) if n % 5 == 0 else None
        due = [NOW - timedelta(minutes=n + 1), NOW + timedelta(minutes=n + 1), NOW + timedelta(days=2), None][
            n // 4 % 4
        ]
        made.append(
            Ticket(
                number=f"T{n:02}", created_at=NOW - timedelta(hours=n + 2), team=teams[n % 4],
                status=["新建", "处理中", ""][n % 3], first_response_at=NOW if n % 2 else None,
                closed_at=end if n % 10 else None, resolved_at=end if n % 10 == 0 else None,
                next_due_at=due, next_warn_at=due - timedelta(hours=1) if due else None,
            )
        )  # fmt: skip
    made.append(Ticket(number="T99", created_at=NOW - timedelta(days=90), team=teams[0], status="已取消"))
    return Ticket.objects.bulk_create(made)


def over_again(tickets: list[Ticket]) -> tuple[int, ...]:
    own = [t for t in tickets if not t.closed_at and not t.resolved_at and t.status != "已取消"]
    late = [t for t in own if t.next_due_at and t.next_due_at < NOW]
    near = [t for t in own if t.next_due_at and t.next_warn_at and t.next_warn_at <= NOW <= t.next_due_at]
    return len(own), sum(t.first_response_at is None for t in own), len(near), len(late)


def shown(queue: Any) -> tuple[int, ...]:
    return queue.waiting, queue.unanswered, queue.near, queue.overdue


@time_machine.travel(NOW, tick=False)
def test_counted_over_again(house: House, waiting: list[Ticket]) -> None:
    director = house.users["林主任"]
    with CaptureQueriesContext(connection) as asked:
        found = queues(director)
    assert sum("ticket" in query["sql"] for query in asked) == 1
    assert shown(found.whole) == over_again(waiting)
    assert min(shown(found.whole)) > 0
    running = [t for t in waiting if not t.closed_at and not t.resolved_at and t.status != "已取消"]
    assert found.whole.oldest == min(t.created_at for t in running)
    for team in found.teams:
        own = [t for t in waiting if (t.team.name if t.team else "") == team.name]
        assert shown(team) == over_again(own)
    for status in found.statuses:
        assert shown(status) == over_again([t for t in waiting if t.status == status.name])
    assert [t.waiting for t in found.teams] == sorted((t.waiting for t in found.teams), reverse=True)


@time_machine.travel(NOW, tick=False)
def test_every_number_opens_its_rows(house: House, waiting: list[Ticket]) -> None:
    client, found = browser(house, "林主任"), queues(house.users["林主任"])
    checked = 0
    for queue in (found.whole, *found.teams, *found.statuses):
        for count, url in (
            (queue.waiting, queue.waiting_url), (queue.unanswered, queue.unanswered_url),
            (queue.near, queue.near_url), (queue.overdue, queue.overdue_url),
        ):  # fmt: skip
            if url:
                rows = b"".join(client.get(f"{url}&format=csv").streaming_content).decode().splitlines()
                assert len(rows) - 1 == count, url
                checked += 1
    assert checked == 4 * (1 + 3 + 2)  # without a team or a status there is no filter to name them


@time_machine.travel(NOW, tick=False)
def test_by_api_and_each_sees_what_is_theirs(house: House, waiting: list[Ticket]) -> None:
    answer = call(house, "林主任", "GET", "queues").json()
    assert answer["whole"]["waiting"] == over_again(waiting)[0]
    assert {one["name"] for one in answer["teams"]} == {"一线", "夜班", "二线", ""}
    leader = call(house, "陈班长", "GET", "queues").json()
    assert {one["name"] for one in leader["teams"]} == {"一线", "夜班"}
    listed = call(house, "林主任", "GET", "tickets?waiting=unanswered").json()
    assert len(listed["items"]) == over_again(waiting)[1]
    assert call(house, "林主任", "GET", "tickets?waiting=nonsense").status_code == 422


@time_machine.travel(NOW, tick=False)
def test_nothing_waits(house: House) -> None:
    found = queues(house.users["林主任"])
    assert (found.whole.waiting, found.whole.oldest, found.teams) == (0, None, ())


@time_machine.travel(NOW, tick=False)
def test_beside_the_key_figures(house: House, waiting: list[Ticket]) -> None:
    client = browser(house, "林主任")
    page = client.get("/warnings/monitoring/queues/").content.decode()
    assert page.lstrip().startswith("<section")
    assert 'hx-trigger="every 60s"' in page
    assert f">{over_again(waiting)[0]}</a>" in page
    assert "deadline=overdue" in page
