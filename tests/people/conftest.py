"""A small organisation: a service department with two teams, one of which has a night shift."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.models import User
from qualityloop.people.models import Department, Staff
from tests.databases import database, served_database

__all__ = ["database", "served_database"]


@dataclass
class House:
    """Departments and people by name."""

    departments: dict[str, Department] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)


def build() -> House:
    """客服部 ▸ 一线 ▸ 夜班, 客服部 ▸ 二线; one person each, with an account of the role after the dash."""
    house = House()
    for name, parent in (("客服部", None), ("一线", "客服部"), ("夜班", "一线"), ("二线", "客服部")):
        house.departments[name] = Department.objects.create(name=name, parent=house.departments.get(parent or ""))
    for name, team, role in (
        ("陈班长", "一线", "senior_agent"), ("小周", "一线", "agent"), ("小夜", "夜班", "agent"),
        ("老李", "二线", "engineer"), ("林主任", "客服部", "director"),
    ):  # fmt: skip
        user = account_create(username=f"u-{name}", password="a good Passw0rd", role=role, name=name)
        house.users[name] = user
        house.staff[name] = Staff.objects.create(name=name, department=house.departments[team], user=user)
    return house


@pytest.fixture
def house(db: None) -> House:
    return build()


@pytest.fixture
def user_of(db: None) -> Callable[[str], User]:
    """Somebody with a role and no link to staff or customers."""

    def make(role: str) -> User:
        return account_create(username=f"lone-{role}", password="a good Passw0rd", role=role)

    return make
