"""The page of the loop: stations, what waits for whom, and how many queries that takes."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qualityloop.foundation.loop import stations_for, waiting_for
from qualityloop.improvement.plans.services import plans, tasks
from qualityloop.improvement.problems.services import problem_open
from tests.improvement.plans_factories import a_draft
from tests.people.conftest import House

QUERIES = 32  # however much there is


def labels(house: House, who: str) -> dict[str, int]:
    return {str(one.label): one.count for one in waiting_for(house.users[who])}


def test_what_stands_where_and_waits_for_whom(house: House) -> None:
    leader, boss = house.users["陈班长"], house.users["林主任"]
    problem = problem_open(
        actor=boss, title="夜班慢", grade="urgent", grade_reason="x", owner=house.staff["陈班长"],
        department=house.departments["一线"],
    ).problem  # fmt: skip
    assert labels(house, "陈班长") == {"您负责的问题": 1}
    plan = a_draft(leader, owner=house.staff["小周"])
    plans.plan_submit(actor=leader, plan=plan)
    assert labels(house, "林主任") == {"待批准的改进计划": 1}
    tasks.task_add(actor=leader, title="排班", due_on=date(2026, 1, 1), owner=house.staff["小周"], problem=problem)
    (one,) = waiting_for(house.users["小周"])
    assert (one.count, one.late) == (1, 1)
    counts = {str(s.label): s.count for s in stations_for(boss)}
    assert (counts["查找根因中"] if "查找根因中" in counts else counts[next(iter(counts))]) == 1
    assert sum(counts.values()) == 2
    assert sum(s.count for s in stations_for(house.users["老李"])) == 0


def test_the_page_costs_the_same_however_much_there_is(house: House) -> None:
    client = Client()
    client.force_login(house.users["林主任"])
    used = []
    for many in (1, 8):
        for n in range(many):
            problem_open(actor=house.users["林主任"], title=f"{many}-{n}", grade="ordinary", grade_reason="x")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page = client.get("/improvement/loop/")
        assert page.status_code == 200
        used.append(len(seen))
    assert used[0] == used[1]
    assert used[0] <= QUERIES
    assert "待您处理" in page.content.decode()


@pytest.mark.parametrize("who", ["小周", "老李"])
def test_everybody_on_the_staff_may_look(house: House, who: str) -> None:
    client = Client()
    client.force_login(house.users[who])
    assert "没有待您处理的事项" in client.get("/improvement/loop/").content.decode()
