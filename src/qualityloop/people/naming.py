"""Departments and staff by the names that imported records carry: found, or made where they are new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import models, transaction

from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.people.actions import DEPARTMENT_ADDED, STAFF_FOUND
from qualityloop.people.models import Department, Staff

AT_ONCE = 1000  # names in one query; SQLite takes 32,766 variables at most
BY_NAME = "name"  # the source of staff whose key is the name under which records speak of them
Pair = tuple[str, str | None]


def departments_by_name(names: Iterable[str], *, actor: object) -> dict[str, int]:
    """Numbers of the departments called `names`, made where missing; names without a letter are left out."""
    wanted = {name: _kept(name, 100) for name in dict.fromkeys(names) if _kept(name, 100)}
    numbers: dict[str, int] = {}
    for part in _parts(list(dict.fromkeys(wanted.values()))):
        found = dict(Department.objects.filter(name__in=part).values_list("name", "pk"))
        if missing := [name for name in part if name not in found]:
            with transaction.atomic():
                Department.objects.bulk_create([Department(name=name) for name in missing], ignore_conflicts=True)
                for department in Department.objects.filter(name__in=missing):
                    found[department.name] = department.pk
                    after = values_of(department, "name")
                    record(actor=actor, action=DEPARTMENT_ADDED, record=department, before=None, after=after)
        numbers.update(found)
    return {name: numbers[kept] for name, kept in wanted.items()}


def staff_by_name(pairs: Iterable[Pair], *, actor: object, batch: Any = None) -> dict[Pair, int]:
    """Numbers of the staff that (name, team) pairs speak of, made where missing.

    One name is one person, whichever teams' records name it, unless several people of that name are kept
    already: then it is the one in that team, else the first. A renamed person is still found by the old name.
    """
    wanted = {pair: _kept(pair[0], 150) for pair in dict.fromkeys(pairs) if _kept(pair[0], 150)}
    teams = departments_by_name((team for _name, team in wanted if team), actor=actor)
    first_team: dict[str, int | None] = {}
    for (_name, team), kept in wanted.items():
        number = teams.get(team or "")
        if kept not in first_team or first_team[kept] is None:
            first_team[kept] = number
    found: dict[str, list[tuple[int, int | None]]] = {}
    for part in _parts(list(first_team)):
        found.update(_found_or_made(part, first_team, actor, batch))
    return {pair: _of_team(found[kept], teams.get(pair[1] or "")) for pair, kept in wanted.items()}


def _found_or_made(
    names: Sequence[str], team: dict[str, int | None], actor: object, batch: Any
) -> dict[str, list[tuple[int, int | None]]]:
    """Who is called so, as (number, department)."""
    found = _called(names)
    missing = [name for name in names if name not in found]
    if missing:
        new = [
            Staff(name=name, department_id=team[name], source=BY_NAME, external_id=name, batch=batch)
            for name in missing
        ]
        with transaction.atomic():
            Staff.objects.bulk_create(new, ignore_conflicts=True)
            record(actor=actor, action=STAFF_FOUND, record=batch, before=None, after={"names": missing})
        found.update(_called(missing))
    return found


def _called(names: Sequence[str]) -> dict[str, list[tuple[int, int | None]]]:
    found: dict[str, list[tuple[int, int | None]]] = {}
    for number, name, department in (
        Staff.objects.filter(name__in=names).order_by("pk").values_list("pk", "name", "department_id")
    ):
        found.setdefault(name, []).append((number, department))
    left = [name for name in names if name not in found]
    renamed = Staff.objects.filter(models.Q(source=BY_NAME, external_id__in=left)) if left else Staff.objects.none()
    for number, name, department in renamed.values_list("pk", "external_id", "department_id"):
        found.setdefault(str(name), []).append((number, department))
    return found


def _of_team(people: list[tuple[int, int | None]], team: int | None) -> int:
    return next((number for number, department in people if department == team), people[0][0])


def _kept(name: str | None, longest: int) -> str:
    """A name as the column keeps it."""
    return " ".join((name or "").replace("\x00", "").split())[:longest].strip()


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]
