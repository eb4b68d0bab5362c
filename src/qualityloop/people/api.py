"""Operations on departments, staff and evaluation groups; the list of staff is served by itself."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.access.api import MadeAnswer, RoleKey, made_account
from qualityloop.foundation.access.permissions import ACCOUNTS
from qualityloop.foundation.api import ApiError, Day, Strict, allows, register_router, spoken
from qualityloop.foundation.api.filling import filled, filled_form
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import person
from qualityloop.people import queries, services
from qualityloop.people.forms import COMMAS, DepartmentForm, GroupForm, StaffAccountForm, StaffForm
from qualityloop.people.models import Department, EvaluationGroup, GroupMember, Staff
from qualityloop.people.permissions import PEOPLE, PEOPLE_EDIT

departments = Router(tags=[spoken(_("Departments"))])
staff = Router(tags=[spoken(_("Staff"))])
groups = Router(tags=[spoken(_("Evaluation groups"))])

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


class StaffAccount(Strict):
    """An account to make for a member of staff; name and e-mail are theirs."""

    username: str = Field(min_length=1, max_length=150)
    role: RoleKey


class GroupMemberFields(Strict):
    """Somebody in a group: a member of staff, or a guest who speaks for the customers."""

    post: Literal["leader", "senior_agent", "qc", "customer"]
    staff: Person = None
    guest: str = Field("", max_length=150, description=spoken(_("Name of somebody who speaks for the customers")))


Members = Annotated[
    list[GroupMemberFields],
    Field(max_length=200, description=spoken(_("All of them: one leader, the guests as customer representatives"))),
]


class NewGroup(Strict):
    """Those who judge service quality together for a while."""

    name: str = Field(min_length=1, max_length=100)
    starts_on: Day
    ends_on: Day | None = None
    purpose: str = Field("", max_length=2000)
    members: Members


class GroupChange(Strict):
    """What is to be changed; what is left out stays. `members` are all that the group has then."""

    name: str | None = Field(None, min_length=1, max_length=100)
    starts_on: Day | None = None
    ends_on: Day | None = None
    purpose: str | None = Field(None, max_length=2000)
    members: Members | None = None


class GroupMemberAnswer(BaseModel):
    """A member of a group."""

    post: str
    staff: int | None
    name: str


class GroupAnswer(BaseModel):
    """An evaluation group with its members."""

    id: int
    name: str
    starts_on: date
    ends_on: date | None
    purpose: str
    members: list[GroupMemberAnswer]


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
    found = _staff_found(request, pk)
    values = filled(partial(StaffForm, staff=found), _changes(change, "name"))
    made = services.staff_save(actor=request.user, staff=found, address=address_of(request), **values)
    return _staff(made)


@staff.post(
    "/{pk}/account",
    response={201: MadeAnswer},
    operation_id="staff_account",
    **allows(
        ACCOUNTS,
        _("Make an account for a member of staff"),
        _("The account belongs to them; its one-time password is in the answer, and nowhere else."),
    ),
)
def staff_account(request: HttpRequest, pk: Key, account: StaffAccount) -> Status[dict[str, Any]]:
    """The account belongs to them; its one-time password is in the answer, and nowhere else."""
    found = _staff_found(request, pk)
    values = filled(StaffAccountForm, account.model_dump())
    if found.user_id is not None:
        raise ApiError(409, "has_account", gettext("There is an account already."))
    user, password = services.staff_account(
        actor=person(request), staff=found, email=found.email, address=address_of(request), **values
    )
    return Status(201, made_account(user, password))


@groups.get(
    "",
    response=list[GroupAnswer],
    operation_id="evaluation_groups_list",
    **allows(PEOPLE, _("Evaluation groups"), _("The newest first, with their members.")),
)
def groups_list(request: HttpRequest) -> list[dict[str, Any]]:
    """The newest first, with their members."""
    return [_group(one) for one in queries.groups()]


@groups.post(
    "",
    response={201: GroupAnswer},
    operation_id="evaluation_groups_add",
    **allows(PEOPLE_EDIT, _("Add an evaluation group"), _("With its leader and whoever else judges with them.")),
)
def group_new(request: HttpRequest, group: NewGroup) -> Status[dict[str, Any]]:
    """With its leader and whoever else judges with them."""
    return Status(201, _group_kept(request, None, group))


@groups.get(
    "/{pk}",
    response=GroupAnswer,
    operation_id="evaluation_groups_one",
    **allows(PEOPLE, _("One evaluation group"), _("With its members.")),
)
def group_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """With its members."""
    return _group(_group_found(pk))


@groups.patch(
    "/{pk}",
    response=GroupAnswer,
    operation_id="evaluation_groups_change",
    **allows(PEOPLE_EDIT, _("Change an evaluation group"), _("Rename it, move its days, say who belongs to it.")),
)
def group_edit(request: HttpRequest, pk: Key, change: GroupChange) -> dict[str, Any]:
    """Rename it, move its days, say who belongs to it."""
    return _group_kept(request, _group_found(pk), change)


def _group_kept(request: HttpRequest, found: EvaluationGroup | None, sent: NewGroup | GroupChange) -> dict[str, Any]:
    """The group as its page's form would keep it."""
    changes = _changes(sent, "name", "starts_on", "purpose", "members")
    changes.pop("members", None)
    if sent.members is not None:
        changes |= _by_post(sent.members)
    try:
        form = filled_form(partial(GroupForm, group=found), changes)
    except ValidationError as error:
        raise _of_members(error) from None
    values = {name: form.cleaned_data[name] for name in ("name", "starts_on", "ends_on", "purpose")}
    kept = services.group_save(
        actor=request.user, group=found, members=form.members(), address=address_of(request), **values
    )
    return _group(kept)


def _of_members(error: ValidationError) -> ValidationError:
    """What the form says about a post, which has a field of its own there, said about the members."""
    faults: dict[str, list[Any]] = {}
    for name, found in error.error_dict.items():
        faults.setdefault("members" if name in GroupMember.Post.values else name, []).extend(found)
    return ValidationError(faults)


def _by_post(members: list[GroupMemberFields]) -> dict[str, Any]:
    """Members as the fields of the form; ValidationError where a post is given to the wrong kind of person."""
    posts = GroupMember.Post
    found: dict[str, list[Any]] = {post.value: [] for post in posts}
    for one in members:
        guest = one.post == "customer"
        if guest != (one.staff is None) or guest != bool(one.guest) or COMMAS.search(one.guest):
            text = gettext(
                "Guests, with names without commas, speak for the customers; all others are members of staff."
            )
            raise ValidationError({"members": text})
        found[one.post].append(one.guest if guest else one.staff)
    if len(found[posts.LEADER]) != 1:
        raise ValidationError({"members": gettext("An evaluation group has one leader.")})
    return {**found, posts.LEADER.value: found[posts.LEADER][0], posts.CUSTOMER.value: ", ".join(found[posts.CUSTOMER])}


def _changes(sent: Strict, *never_empty: str) -> dict[str, Any]:
    """What was sent; null leaves alone what cannot be empty."""
    given = sent.model_dump(exclude_unset=True)
    return {name: value for name, value in given.items() if value is not None or name not in never_empty}


def _found(pk: int) -> Department:
    found = Department.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _staff_found(request: HttpRequest, pk: int) -> Staff:
    found = queries.staff_for(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _group_found(pk: int) -> EvaluationGroup:
    found: EvaluationGroup | None = queries.groups().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _group(one: EvaluationGroup) -> dict[str, Any]:
    shown = {name: getattr(one, name) for name in ("name", "starts_on", "ends_on", "purpose")}
    members = [{"post": member.post, "staff": member.staff_id, "name": member.who} for member in one.members.all()]
    return {"id": one.pk, **shown, "members": members}


def _department(one: Department) -> dict[str, Any]:
    shown = {name: getattr(one, name) for name in ("name", "duties", "sort", "is_active")}
    return {"id": one.pk, **shown, "parent": one.parent_id, "leader": one.leader_id}


def _staff(one: Staff) -> dict[str, Any]:
    names = ("name", "number", "post", "phone", "email", "joined_on", "left_on")
    shown = {name: getattr(one, name) for name in names}
    return {"id": one.pk, **shown, "department": one.department_id, "user": one.user_id}


register_router("departments", departments)
register_router("staff", staff)
register_router("evaluation-groups", groups)
