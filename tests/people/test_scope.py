"""Who sees which records: every role, the department tree, customers, and people without a link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from qualityloop.customers.models import Customer
from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.models import User
from qualityloop.foundation.roles import EVERYONE
from qualityloop.operations.models import Ticket, TicketEvent
from qualityloop.people.models import Department, Staff
from qualityloop.people.scope import may_see, restrict, scope_of
from qualityloop.people.tree import department_tree
from tests.people.conftest import House, build

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)


def ticket(house: House, number: str, team: str | None, agent: str | None, customer: Customer | None = None) -> Ticket:
    return Ticket.objects.create(
        number=number, created_at=NOW, team=house.departments.get(team or ""),
        agent=house.staff.get(agent or ""), customer=customer,
    )  # fmt: skip


@pytest.fixture
def tickets(house: House) -> dict[str, Ticket]:
    wang = Customer.objects.create(
        number="C1", name="王女士", user=account_create(username="wang", password="a good Passw0rd", role="customer")
    )
    made = [
        ticket(house, "T-zhou", "一线", "小周"), ticket(house, "T-night", "夜班", "小夜"),
        ticket(house, "T-second", "二线", "老李", wang), ticket(house, "T-lent", "二线", "小周"),
        ticket(house, "T-top", "客服部", None), ticket(house, "T-nobody", None, None),
    ]  # fmt: skip
    return {one.number: one for one in made}


ALL = {"T-zhou", "T-night", "T-second", "T-lent", "T-top", "T-nobody"}


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("小周", {"T-zhou", "T-lent"}),  # own, wherever they lie
        ("小夜", {"T-night"}),
        ("老李", {"T-second"}),
        ("陈班长", {"T-zhou", "T-night"}),  # the team and the night shift below it
        ("林主任", ALL),
    ],
)
def test_staff_see_what_is_theirs(house: House, tickets: dict[str, Ticket], name: str, seen: set[str]) -> None:
    assert {t.number for t in restrict(Ticket.objects.all(), house.users[name])} == seen


def test_a_customer_sees_their_own(tickets: dict[str, Ticket]) -> None:
    wang = User.objects.get(username="wang")
    assert {t.number for t in restrict(Ticket.objects.all(), wang)} == {"T-second"}
    assert list(restrict(Customer.objects.all(), wang, team=None, agent=None, customer="")) == [wang.customer]  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_every_role_without_a_link_sees_all_or_nothing(
    tickets: dict[str, Ticket], user_of: Callable[[str], User], role: str
) -> None:
    seen = {t.number for t in restrict(Ticket.objects.all(), user_of(role))}
    assert seen == (ALL if role in {"director", "qc", "trainer", "admin"} else set())


def test_an_agent_who_leads_sees_the_departments_records(house: House, tickets: dict[str, Ticket]) -> None:
    Department.objects.filter(name="二线").update(leader=house.staff["小夜"])
    seen = {t.number for t in restrict(Ticket.objects.all(), house.users["小夜"])}
    assert seen == {"T-night", "T-second", "T-lent"}


def test_strangers_and_closed_accounts_see_nothing(house: House, tickets: dict[str, Ticket]) -> None:
    closed = house.users["林主任"]
    closed.is_active = False
    for nobody in (None, object(), closed):
        assert not restrict(Ticket.objects.all(), nobody).exists()
        assert not scope_of(nobody).everything


def test_paths_lead_through_other_tables(house: House, tickets: dict[str, Ticket]) -> None:
    for one in tickets.values():
        TicketEvent.objects.create(ticket=one, seq=1, at=NOW, activity="受理")
    events = restrict(
        TicketEvent.objects.all(), house.users["小周"],
        team="ticket__team", agent="ticket__agent", customer="ticket__customer",
    )  # fmt: skip
    assert {e.ticket.number for e in events} == {"T-zhou", "T-lent"}
    staff = restrict(Staff.objects.all(), house.users["陈班长"], team="department", agent="", customer=None)
    assert {s.name for s in staff} == {"陈班长", "小周", "小夜"}
    teams = restrict(Department.objects.all(), house.users["陈班长"], team="", agent=None, customer=None)
    assert {d.name for d in teams} == {"一线", "夜班"}


def test_one_row(house: House, tickets: dict[str, Ticket]) -> None:
    assert may_see(tickets["T-lent"], house.users["小周"])
    assert not may_see(tickets["T-night"], house.users["小周"])


@pytest.mark.parametrize(("name", "queries"), [("林主任", 1), ("小周", 3), ("陈班长", 3)])
def test_it_costs_two_queries_at_most(
    house: House, tickets: dict[str, Ticket], name: str, queries: int, django_assert_num_queries: object
) -> None:
    current_roles(house.users[name])  # a request brings them along
    with django_assert_num_queries(queries):  # type: ignore[operator]
        list(restrict(Ticket.objects.all(), house.users[name]))


def test_the_tree(house: House) -> None:
    number = {name: one.pk for name, one in house.departments.items()}
    tree = department_tree()
    assert tree.under([number["客服部"]]) == set(number.values())
    assert tree.under([number["一线"]]) == {number["一线"], number["夜班"]}
    assert tree.under([10**9]) == set()
    assert list(tree.above(number["夜班"])) == [number["一线"], number["客服部"]]


def test_a_ring_that_got_into_the_table_ends(house: House) -> None:
    Department.objects.filter(name="客服部").update(parent=house.departments["夜班"])
    number = {name: one.pk for name, one in house.departments.items()}
    tree = department_tree()
    assert tree.under([number["一线"]]) == set(number.values())
    assert list(tree.above(number["夜班"])) == [number["一线"], number["客服部"]]


@pytest.mark.usefixtures("database")
def test_the_same_on_both_databases() -> None:
    """No fixture that makes rows before the database is ready."""
    house = build()
    ticket(house, "T-1", "夜班", "小夜")
    ticket(house, "T-2", "二线", "老李")
    assert [t.number for t in restrict(Ticket.objects.all(), house.users["陈班长"])] == ["T-1"]
