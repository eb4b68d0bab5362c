"""Departments and staff by the names that imported records carry."""

from __future__ import annotations

import pytest

from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.people.models import Department, Staff
from qualityloop.people.services import departments_by_name, staff_by_name
from tests.people.conftest import House

pytestmark = pytest.mark.django_db


def test_departments_are_found_or_made_once(house: House) -> None:
    before = Department.objects.count()
    numbers = departments_by_name(["一线", " 三线 ", "三线", "", "  "], actor=None)
    assert numbers["一线"] == house.departments["一线"].pk
    assert numbers[" 三线 "] == numbers["三线"] == Department.objects.get(name="三线").pk
    assert Department.objects.count() == before + 1
    assert departments_by_name(["三线"], actor=None) == {"三线": numbers["三线"]}
    assert AuditEntry.objects.filter(action="department.added", record_label="三线").count() == 1


def test_one_name_is_one_person_whichever_teams_name_it(house: House) -> None:
    numbers = staff_by_name([("新人", "一线"), ("新人", "二线"), ("新人", None), ("小周", "二线")], actor=None)
    assert len({numbers["新人", "一线"], numbers["新人", "二线"], numbers["新人", None]}) == 1
    assert numbers["小周", "二线"] == house.staff["小周"].pk
    assert Staff.objects.get(name="新人").department == house.departments["一线"]


def test_of_several_of_one_name_the_one_in_the_team(house: House) -> None:
    other = Staff.objects.create(name="小周", department=house.departments["二线"])
    numbers = staff_by_name([("小周", "二线"), ("小周", "一线"), ("小周", "夜班")], actor=None)
    assert numbers["小周", "二线"] == other.pk
    assert numbers["小周", "一线"] == numbers["小周", "夜班"] == house.staff["小周"].pk


def test_a_renamed_person_is_found_by_the_old_name() -> None:
    pair = ("user-17", "一线")
    number = staff_by_name([pair], actor=None)[pair]
    Staff.objects.filter(pk=number).update(name="周晓")
    assert staff_by_name([pair], actor=None) == {pair: number}


def test_names_longer_than_the_column_and_with_odd_characters() -> None:
    long = "很长" * 100
    assert departments_by_name([long], actor=None)[long] == Department.objects.get().pk
    assert staff_by_name([("a\x00b", long)], actor=None)["a\x00b", long] == Staff.objects.get(name="ab").pk


def test_three_thousand_names_take_few_queries(  # SQLite takes inserts in parts
    django_assert_max_num_queries: object,
) -> None:
    pairs = [(f"座席{n:04d}", f"班组{n % 5}") for n in range(3000)]
    staff_by_name(pairs[:1], actor=None)
    with django_assert_max_num_queries(100):  # type: ignore[operator]
        made = staff_by_name(pairs, actor=None)
    assert len(set(made.values())) == 3000 == Staff.objects.count()
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        assert staff_by_name(pairs, actor=None) == made


@pytest.mark.usefixtures("database")
def test_the_same_on_both_databases() -> None:
    numbers = staff_by_name([("甲", "一班"), ("乙", "二班")], actor=None)
    assert staff_by_name([("乙", "二班"), ("甲", "一班")], actor=None) == numbers
    assert Department.objects.count() == 2
