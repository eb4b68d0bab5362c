"""Operations on departments and staff; the list of staff is served by itself."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api import Day, Strict, allows, register_router, spoken
from qualityloop.foundation.api.filling import filled
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.people import services
from qualityloop.people.forms import DepartmentForm, StaffForm
from qualityloop.people.models import Department, Staff
from qualityloop.people.permissions import PEOPLE, PEOPLE_EDIT
from qualityloop.people.queries import staff_for

departments = Router(tags=[spoken(_("Departments"))])
staff = Router(tags=[spoken(_("Staff"))])

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
Department_ = Annotated[Number | None, Field(description=spoken(_("Id of a department")))]
Person = Annotated[Number | None, Field(description=spoken(_("Id of a member of staff")))]
Account = Annotated[Number | None, Field(description=spoken(_("Id of an account that belongs to nobody yet")))]


class DepartmentFields(Strict):
    """What may be said about a department; null empties what may be empty."""

    parent: Department_ = None
    leader: Person = None
    duties: str | None = Field(None, max_length=4000)
    sort: int | None = Field(None, ge=-9999, le=9999, description=spoken(_("Smaller numbers stand first.")))


class NewDepartment(DepartmentFields):
    """A department, team or station."""

    name: str = Field(min_length=1, max_length=100)


class DepartmentChange(DepartmentFields):
    """What is to be changed; what is left out stays. `is_active` false closes it, once nobody works there."""

    name: str | None = Field(None, min_length=1, max_length=100)
    is_active: bool | None = None


class DepartmentAnswer(BaseModel):
    """A department."""

    id: int
    name: str
    parent: int | None
    leader: int | None
    duties: str
    sort: int
    is_active: bool


class StaffFields(Strict):
    """What may be said about a member of staff; null empties what may be empty."""

    number: str | None = Field(None, max_length=50)
    department: Department_ = None
    post: str | None = Field(None, max_length=100)
    phone: str | None = Field(None, max_length=50)
    email: str | None = Field(None, max_length=254)
    joined_on: Day | None = None
    left_on: Day | None = None
    user: Account = None


class NewStaff(StaffFields):
    """Somebody who works here."""

    name: str = Field(min_length=1, max_length=150)


class StaffChange(StaffFields):
    """What is to be changed; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=150)


class StaffAnswer(BaseModel):
    """A member of staff."""

    id: int
    name: str
    number: str
    department: int | None
    post: str
    phone: str
    email: str
    joined_on: date | None
    left_on: date | None
    user: int | None


@departments.get(
    "",
    response=list[DepartmentAnswer],
    operation_id="departments_list",
    **allows(PEOPLE, _("Departments"), _("All of them, closed ones too; `parent` makes the tree.")),
)
def departments_list(request: HttpRequest) -> list[dict[str, Any]]:
    """All of them, closed ones too; `parent` makes the tree."""
    return [_department(one) for one in Department.objects.order_by("sort", "name")]


@departments.post(
    "",
    response={201: DepartmentAnswer},
    operation_id="departments_add",
    **allows(PEOPLE_EDIT, _("Add a department"), _("Names are used once.")),
)
def department_new(request: HttpRequest, department: NewDepartment) -> Status[dict[str, Any]]:
    """Names are used once."""
    values = filled(DepartmentForm, department.model_dump(exclude_unset=True))
    made = services.department_save(actor=request.user, department=None, address=address_of(request), **values)
    return Status(201, _department(made))


@departments.get(
    "/{pk}",
    response=DepartmentAnswer,
    operation_id="departments_one",
    **allows(PEOPLE, _("One department"), _("By its id.")),
)
def department_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """By its id."""
    return _department(_found(pk))


@departments.patch(
    "/{pk}",
    response=DepartmentAnswer,
    operation_id="departments_change",
    **allows(PEOPLE_EDIT, _("Change a department"), _("Rename, move, close it, or say who leads it.")),
)
def department_edit(request: HttpRequest, pk: Key, change: DepartmentChange) -> dict[str, Any]:
    """Rename, move, close it, or say who leads it."""
    found = _found(pk)
    values = filled(partial(DepartmentForm, department=found), _changes(change, "name", "sort", "is_active"))
    made = services.department_save(actor=request.user, department=found, address=address_of(request), **values)
    return _department(made)


@staff.post(
    "",
    response={201: StaffAnswer},
    operation_id="staff_add",
    **allows(PEOPLE_EDIT, _("Add a member of staff"), _("With or without an account.")),
)
def staff_new(request: HttpRequest, person: NewStaff) -> Status[dict[str, Any]]:
    """With or without an account."""
    values = filled(StaffForm, _changes(person))
    made = services.staff_save(actor=request.user, staff=None, address=address_of(request), **values)
    return Status(201, _staff(made))


@staff.patch(
    "/{pk}",
    response=StaffAnswer,
    operation_id="staff_change",
    **allows(PEOPLE_EDIT, _("Change a member of staff"), _("What is left out stays.")),
)
def staff_edit(request: HttpRequest, pk: Key, change: StaffChange) -> dict[str, Any]:
    """What is left out stays."""
    found = staff_for(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    values = filled(partial(StaffForm, staff=found), _changes(change, "name"))
    made = services.staff_save(actor=request.user, staff=found, address=address_of(request), **values)
    return _staff(made)


def _changes(sent: Strict, *never_empty: str) -> dict[str, Any]:
    """What was sent; null leaves alone what cannot be empty."""
    given = sent.model_dump(exclude_unset=True)
    return {name: value for name, value in given.items() if value is not None or name not in never_empty}


def _found(pk: int) -> Department:
    found = Department.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _department(one: Department) -> dict[str, Any]:
    shown = {name: getattr(one, name) for name in ("name", "duties", "sort", "is_active")}
    return {"id": one.pk, **shown, "parent": one.parent_id, "leader": one.leader_id}


def _staff(one: Staff) -> dict[str, Any]:
    names = ("name", "number", "post", "phone", "email", "joined_on", "left_on")
    shown = {name: getattr(one, name) for name in names}
    return {"id": one.pk, **shown, "department": one.department_id, "user": one.user_id}


register_router("departments", departments)
register_router("staff", staff)
